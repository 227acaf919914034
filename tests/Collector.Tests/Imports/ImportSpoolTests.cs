using System.Text;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Imports;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Imports;

public sealed class ImportSpoolTests : IAsyncLifetime
{
    private readonly ImportHouse _house = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _house.DisposeAsync();

    [Fact]
    public async Task A_file_taken_in_is_there_for_the_next_life()
    {
        var manifest = await _house.TakeAsync(SampleFile.Make(1, 3), new LayoutHints(Interval.OneDay, "ABC", BarStamp.End, DateOrder.DayFirst, "x.csv"));

        _house.Spool.Open().Should().Equal(manifest);
        using var file = new StreamReader(_house.Spool.OpenFile(manifest.Id));
        (await file.ReadToEndAsync()).Should().Be(SampleFile.Make(1, 3));
        manifest.Hints.Should().Be(new LayoutHints(Interval.OneDay, "ABC", BarStamp.End, DateOrder.DayFirst, "x.csv"));
    }

    [Fact]
    public async Task A_body_that_stops_half_way_leaves_nothing()
    {
        var taking = async () => await _house.Intake.TakeAsync(new BreakingStream(300_000), new ImportParameters("test", new LayoutHints()), null, default);

        await taking.Should().ThrowAsync<IOException>().WithMessage("gone");
        _house.Folders.Should().BeEmpty();
        _house.HalfFolders.Should().BeEmpty();
        _house.Spool.Open().Should().BeEmpty();
    }

    [Fact]
    public async Task A_disk_without_room_refuses_and_leaves_nothing()
    {
        _house.Disk.Available = _house.Options.ReservedDiskBytes - 1;
        var taking = async () => await _house.TakeAsync(SampleFile.Make(1, 3));

        await taking.Should().ThrowAsync<SpoolFullException>();
        _house.Folders.Should().BeEmpty();
        _house.HalfFolders.Should().BeEmpty();
    }

    [Fact]
    public async Task What_an_earlier_life_left_half_way_is_removed_and_what_it_left_whole_is_not()
    {
        var manifest = await _house.TakeAsync(SampleFile.Make(1, 3));
        Directory.CreateDirectory(_house.PathOf(".incoming", "half"));
        await File.WriteAllTextAsync(_house.PathOf(".incoming", "half/data"), "half");
        Directory.CreateDirectory(_house.PathOf("without-manifest", ""));
        var unreadable = await _house.TakeAsync(SampleFile.Make(1, 4));
        await File.WriteAllTextAsync(_house.PathOf(unreadable.Id, "manifest.json"), "{");

        _house.Spool.Open().Should().Equal(manifest);
        _house.Folders.Should().BeEquivalentTo(manifest.Id, unreadable.Id);
        _house.HalfFolders.Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_key_with_the_same_file_is_the_same_import()
    {
        var text = SampleFile.Make(1, 3);
        var first = await _house.TakeAsync(text, key: "k1");

        (await _house.TakeAsync(text, key: "k1")).Should().Be(first);
        (await _house.TakeAsync(text, key: "k2")).Id.Should().NotBe(first.Id);
        (await _house.TakeAsync(SampleFile.Make(1, 4), key: "k1")).Id.Should().NotBe(first.Id, "another file must not be lost under a used key");
        (await _house.TakeAsync(text, new LayoutHints(Interval.OneDay), "k1")).Id.Should().NotBe(first.Id);
        (await _house.TakeAsync(text)).Id.Should().NotBe(first.Id);
        _house.Folders.Should().HaveCount(5);
    }

    [Fact]
    public async Task The_same_request_twice_at_the_same_time_is_one_import()
    {
        var file = Encoding.UTF8.GetBytes(SampleFile.Make(5, 100));
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _house.TakeAsync(file, key: "same"))));

        taken.Distinct().Should().ContainSingle();
        _house.Folders.Should().ContainSingle();
        _house.HalfFolders.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null, 0, "", 0, false)]
    [InlineData(null, 7, "", 6, true)]
    [InlineData(null, 7, "", 7, false)]
    [InlineData(10, 10, "", 9, true)]
    [InlineData(10, 10, "", 10, false)]
    [InlineData(10, 7, "3-5", 4, false)]
    [InlineData(10, 7, "3-5", 6, true)]
    [InlineData(null, 7, "3-5", 2, true)]
    [InlineData(null, 7, "3-5", 3, false)]
    [InlineData(null, 7, "3-5", 9, true)]
    [InlineData(null, 7, "3-5", 10, false)]
    [InlineData(null, 0, "3-5", 3, false)]
    public void Only_what_is_stored_for_certain_counts_as_stored(int? total, int done, string missing, int number, bool stored)
    {
        var ranges = missing.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(range => (IReadOnlyList<int>)[.. range.Split('-').Select(end => int.Parse(end))]);

        new StoredBatches(total, [.. ranges]) { Done = done }.IsStored(number).Should().Be(stored);
    }

    private sealed class BreakingStream(int breaksAfter) : MemoryStream(new byte[breaksAfter])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("gone");
    }
}
