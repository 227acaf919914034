using StocksDapr.Collector.Imports;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Imports;

public sealed class BatchAssemblerTests
{
    private static readonly ImportManifest Manifest =
        new("id", "test", new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero), 1, null, null, null, null, null, null);

    private readonly BatchAssembler _assembler = new(Manifest, Interval.OneDay);

    [Fact]
    public void A_batch_holds_one_symbol_and_at_most_two_thousand_bars()
    {
        for (var line = 1; line <= 4_500; line++)
            Add("A", line);
        Add("B", 4_501);
        var batches = Finish<RawBars>();

        batches.Select(batch => (batch.Symbol, batch.Bars.Count, batch.Provenance.Import!.Number)).Should().Equal(
            ("A", 2_000, 0), ("A", 2_000, 1), ("A", 500, 2), ("B", 1, 3));
        batches.Should().OnlyContain(batch => batch.Provenance.FetchedAt == Manifest.AcceptedAt && batch.Provenance.Provider == "test");
    }

    [Fact]
    public void Symbols_that_take_turns_are_gathered_and_memory_stays_bounded()
    {
        var open = 0;
        var most = 0;
        var batches = new List<RawBars>();
        for (var line = 1; line <= 1_000_000; line++)
        {
            Add("S" + (line % 3_000), line);
            open++;
            while (_assembler.TryTake(out var message))
            {
                var batch = (RawBars)message;
                batches.Add(batch);
                open -= batch.Bars.Count;
            }

            most = Math.Max(most, open);
        }

        batches.AddRange(Finish<RawBars>());
        most.Should().BeLessThanOrEqualTo(100_000);
        batches.Sum(batch => batch.Bars.Count).Should().Be(1_000_000);
        batches.SelectMany(batch => batch.Bars).Select(bar => bar.Line).Should().OnlyHaveUniqueItems();
        batches.Select(batch => batch.Provenance.Import!.Number).Should().Equal(Enumerable.Range(0, batches.Count));
        batches.Count.Should().BeLessThan(50_000, "batches of one bar each would drown the broker");
    }

    [Fact]
    public void A_long_run_is_handed_over_as_soon_as_it_ends()
    {
        for (var line = 1; line <= 600; line++)
            Add("A", line);
        Add("B", 601);

        _assembler.TryTake(out var message).Should().BeTrue();
        message.Should().BeOfType<RawBars>().Which.Bars.Should().HaveCount(600);
    }

    [Fact]
    public void Values_that_are_long_texts_make_small_batches()
    {
        var text = new RawValue(new string('x', 30_000));
        for (var line = 1; line <= 100; line++)
            _assembler.Bar("A", new RawBar(default, text, 1, 1, 1, 1, line));

        Finish<RawBars>().Should().OnlyContain(batch => batch.Bars.Count < 15).And.HaveCountGreaterThan(5);
    }

    [Fact]
    public void Rejected_lines_travel_a_thousand_at_a_time()
    {
        for (var line = 1; line <= 2_500; line++)
            _assembler.Rejected(new RejectedLine(line, "bad-date", "no date.", "row"));

        Finish<ImportRejections>().Select(message => message.Lines.Count).Should().Equal(1_000, 1_000, 500);
    }

    [Fact]
    public void Actions_travel_with_their_symbol_even_when_its_batch_has_just_been_closed()
    {
        var split = new CorporateAction(CorporateActionKind.Split, new DateOnly(2020, 8, 31), 4);
        for (var line = 1; line <= BatchAssembler.MaxBatchBars; line++)
            Add("A", line);
        _assembler.Action("A", split);

        var messages = Finish<object>();
        messages.OfType<RawBars>().Should().ContainSingle();
        messages.OfType<CorporateActions>().Should().ContainSingle().Which.Actions.Should().Equal(split);
        _assembler.Batches.Should().Be(1);
    }

    private void Add(string symbol, int line) => _assembler.Bar(symbol, new RawBar(default, 1, 1, 1, 1, 1, line));

    private List<T> Finish<T>()
    {
        _assembler.Finish();
        var messages = new List<T>();
        while (_assembler.TryTake(out var message))
            messages.Add((T)message);
        return messages;
    }
}
