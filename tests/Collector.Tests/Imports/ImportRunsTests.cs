using System.Collections.Concurrent;
using System.Text;
using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Tests.Csv;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Imports;

/// <summary>Imports from the spooled file to the receipt, through restarts and losses.</summary>
public sealed class ImportRunsTests : IAsyncLifetime
{
    private readonly ImportHouse _house = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _house.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_ends_as_a_bar_or_a_rejection_and_the_file_is_forgotten(bool byDate)
    {
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(SampleFile.Make(30, 500, byDate, brokenEvery: 7));
        await DoneAsync(manifest);

        var entry = _house.Ledger.Of(manifest.Id);
        entry.Read.Should().Be(new ImportRead(manifest.Id, entry.Batches.Count, 15_000, entry.Rejections.Count));
        entry.Rejections.Should().HaveCount(15_000 / 7);
        entry.Bars.Select(bar => bar.Line).Concat(entry.Rejections.Keys).Order().Should().Equal(Enumerable.Range(2, 15_000));
        entry.Accepted!.Interval.Should().Be("1d");
        await Eventually.BeTrueAsync(() => !_house.Folders.Any());
    }

    [Fact]
    public async Task What_the_file_says_is_what_arrives()
    {
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(SampleFile.Header + "2016-01-04,15.07,15.12,,bad,2088804.0,abc\n", key: "k");
        await DoneAsync(manifest);

        var batch = _house.Ledger.Of(manifest.Id).Batches[0];
        batch.Symbol.Should().Be("ABC");
        batch.Interval.Should().Be(Interval.OneDay);
        batch.Provenance.Should().Be(new Provenance("test", manifest.Id, manifest.AcceptedAt, new ImportBatch(manifest.Id, 0)));
        batch.Bars.Should().Equal(new RawBar(new DateTimeOffset(2016, 1, 4, 0, 0, 0, TimeSpan.Zero), 15.07, 15.12, default, new RawValue("bad"), 2088804, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(23)]
    [InlineData(40)]
    public async Task A_service_that_dies_in_the_middle_loses_nothing_and_doubles_nothing(int diesAfter)
    {
        var text = SampleFile.Make(40, 600, brokenEvery: 11);
        var reached = new TaskCompletionSource();
        var taken = 0;
        _house.Ledger.Taking = async (_, cancellation) =>
        {
            if (Interlocked.Increment(ref taken) > diesAfter)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return true;
        };
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(text);
        await reached.Task;
        await _house.StopAsync();
        var stored = _house.Ledger.Of(manifest.Id).Batches.Keys.ToHashSet();
        var again = new ConcurrentBag<int>();

        _house.Ledger.Taking = (message, _) =>
        {
            if (message is RawBars { Provenance.Import.Number: var number })
                again.Add(number);
            return Task.FromResult(true);
        };
        await _house.StartAsync();
        await DoneAsync(manifest);

        var entry = _house.Ledger.Of(manifest.Id);
        entry.Bars.Select(bar => bar.Line).Concat(entry.Rejections.Keys).Order().Should().Equal(Enumerable.Range(2, 24_000));
        again.Should().BeEquivalentTo(entry.Batches.Keys.Except(stored), "what is stored is not published again");
        await Eventually.BeTrueAsync(() => !_house.Folders.Any());
    }

    [Fact]
    public async Task Messages_that_a_broker_lost_are_published_again_and_only_those()
    {
        var text = SampleFile.Make(20, 700, brokenEvery: 1_300);
        var lost = new HashSet<int>();
        var published = 0;
        _house.Ledger.Taking = (message, _) =>
        {
            if (message is RawBars { Provenance.Import.Number: 3 or 4 or 17 } batch)
            {
                lock (lost)
                    return Task.FromResult(!lost.Add(batch.Provenance.Import!.Number));
            }

            if (message is RawBars)
                Interlocked.Increment(ref published);
            return Task.FromResult(true);
        };
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(text);
        await DoneAsync(manifest);

        lost.Should().HaveCount(3);
        _house.Ledger.Of(manifest.Id).Bars.Should().HaveCount(14_000 - 10);
        published.Should().Be(_house.Ledger.Of(manifest.Id).Batches.Count - 3, "what was stored is not published again");
    }

    [Fact]
    public async Task Rejections_that_a_broker_lost_are_published_again()
    {
        var lost = 0;
        _house.Ledger.Taking = (message, _) => Task.FromResult(message is not ImportRejections || Interlocked.Increment(ref lost) > 1);
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(SampleFile.Make(1, 50, brokenEvery: 5));
        await DoneAsync(manifest);

        _house.Ledger.Of(manifest.Id).Rejections.Should().HaveCount(10);
    }

    [Fact]
    public async Task While_Query_is_away_nothing_is_forgotten_and_nothing_published_again()
    {
        await _house.StartAsync();
        _house.Ledger.QueryIsAway = true;
        var manifest = await _house.TakeAsync(SampleFile.Make(2, 10));
        await Eventually.BeTrueAsync(() => _house.Ledger.StateOf(manifest.Id) == "completed");
        var published = _house.Ledger.Published;
        await Task.Delay(_house.Options.StallTimeout * 2);

        _house.Folders.Should().Equal(manifest.Id);
        _house.Ledger.Published.Should().Be(published);
        _house.Ledger.QueryIsAway = false;
        await Eventually.BeTrueAsync(() => !_house.Folders.Any());
    }

    [Fact]
    public async Task An_import_that_is_done_is_not_read_again_after_a_restart()
    {
        await _house.StartAsync();
        _house.Ledger.QueryIsAway = true;
        var manifest = await _house.TakeAsync(SampleFile.Make(2, 10));
        await Eventually.BeTrueAsync(() => _house.Ledger.StateOf(manifest.Id) == "completed");
        await _house.StopAsync();
        var published = _house.Ledger.Published;

        _house.Ledger.QueryIsAway = false;
        await _house.StartAsync();
        await Eventually.BeTrueAsync(() => !_house.Folders.Any());
        _house.Ledger.Published.Should().Be(published);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\nError Message\n}\n", "not-csv")]
    [InlineData("<html><body>404</body></html>", "not-csv")]
    [InlineData("date,open,high,low,close,volume\n2020-01-02,1,2,1,1,1\n", "no-symbol")]
    public async Task A_file_that_cannot_be_read_fails_and_says_why(string text, string code)
    {
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(text);
        await Eventually.BeTrueAsync(() => _house.Ledger.StateOf(manifest.Id) == "failed");

        _house.Ledger.Of(manifest.Id).Failed!.Code.Should().Be(code);
        await Eventually.BeTrueAsync(() => !_house.Folders.Any());
    }

    [Fact]
    public async Task A_gzip_cut_off_half_way_fails_and_what_was_before_the_cut_stays()
    {
        var packed = ReadFile.Gzip(Encoding.UTF8.GetBytes(SampleFile.Make(50, 1_000)));
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(packed[..(packed.Length / 2)]);
        await Eventually.BeTrueAsync(() => _house.Ledger.StateOf(manifest.Id) == "failed");

        var entry = _house.Ledger.Of(manifest.Id);
        entry.Failed!.Code.Should().Be("broken-gzip");
        entry.Bars.Count().Should().BeInRange(10_000, 40_000);
        entry.Failed.Reason.Should().Contain($"{entry.Bars.Count()} rows");
    }

    [Fact]
    public async Task A_header_alone_is_an_import_of_nothing()
    {
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(SampleFile.Header);
        await DoneAsync(manifest);

        _house.Ledger.Of(manifest.Id).Read.Should().Be(new ImportRead(manifest.Id, 0, 0, 0));
    }

    [Fact]
    public async Task Corporate_actions_beside_the_prices_are_published()
    {
        await _house.StartAsync();
        var manifest = await _house.TakeAsync(
            "symbol,timestamp,open,high,low,close,volume,dividend_amount,split_coefficient\nA,2020-08-07,1,2,1,1,5,0.82,1.0\nA,2020-08-31,1,2,1,1,5,0,4.0\n");
        await DoneAsync(manifest);

        var actions = _house.Ledger.Actions.Should().ContainSingle().Subject;
        actions.Symbol.Should().Be("A");
        actions.Provenance.Import.Should().BeNull("actions are not counted among the batches");
        actions.Actions.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_small_file_does_not_wait_behind_large_ones()
    {
        _house.Options.ConcurrentFiles = 1;
        _house.Options.SmallFileBytes = 1_000;
        var release = new TaskCompletionSource();
        _house.Ledger.Taking = async (message, cancellation) =>
        {
            if (message is RawBars { Symbol: "S1" })
                await release.Task.WaitAsync(cancellation);
            return true;
        };
        await _house.StartAsync();
        var large = await _house.TakeAsync(SampleFile.Make(3, 1_000));
        var waiting = await _house.TakeAsync(SampleFile.Make(4, 1_000));
        var small = await _house.TakeAsync(SampleFile.Make(1, 5));
        await DoneAsync(small);

        _house.Ledger.StateOf(large.Id).Should().Be("reading");
        _house.Ledger.Of(waiting.Id).Batches.Should().BeEmpty();
        release.SetResult();
        await DoneAsync(large);
        await DoneAsync(waiting);
    }

    [Fact]
    public async Task Publishing_that_lags_behind_holds_reading_up()
    {
        var release = new TaskCompletionSource();
        _house.Ledger.Taking = async (_, cancellation) =>
        {
            await release.Task.WaitAsync(cancellation);
            return true;
        };
        await using var lanes = new ImportLanes(_house.Ledger, default);
        var writing = Enumerable.Range(0, 1_000).Select(number => lanes.WriteAsync(Batch(number), default).AsTask()).ToArray();
        await Eventually.BeTrueAsync(() => writing.Count(write => write.IsCompleted) >= 12);

        // Four under way, two waiting behind each.
        writing.Count(write => write.IsCompleted).Should().Be(12);
        release.SetResult();
        await Task.WhenAll(writing);
        await lanes.CompleteAsync();
        _house.Ledger.Of("i").Batches.Should().HaveCount(1_000);

        static RawBars Batch(int number) =>
            new("S" + (number % 50), Interval.OneDay, new Provenance("test", "i", default, new ImportBatch("i", number)), [new RawBar(default, 1, 1, 1, 1, 1, number + 2)]);
    }

    private Task DoneAsync(ImportManifest manifest) =>
        Eventually.BeTrueAsync(() => _house.Ledger.StateOf(manifest.Id) == "completed", TimeSpan.FromSeconds(30));
}
