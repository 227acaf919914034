using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.EndOfDay;

public sealed class CloseSessionTests : IDisposable
{
    private const int Symbols = 12;

    private static readonly DateOnly Session = new(2026, 11, 20);

    // Half an hour after the close.
    private static readonly DateTimeOffset Due = DateTimeOffset.Parse("2026-11-20T21:30:00Z");

    private readonly RunHouse _house = new(Symbols, now: Due);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Session_is_collected_stored_checked_and_summed_up()
    {
        await CloseAsync();

        var start = _house.Store.Events.OfType<RunStarted>().Single();
        (start.RunId, start.Kind, start.DueAt).Should().Be(("end-of-day-2026-11-20", RunKinds.EndOfDay, Due));
        Steps().Should().Equal("collect-0 Completed", "stored-0 Completed", "check-0 Completed", "summary Completed");
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
        Summary().GetProperty("complete").GetInt32().Should().Be(2 * Symbols);
        Summary().GetProperty("incomplete").GetArrayLength().Should().Be(0);
        Summary().GetProperty("rows").GetProperty("inserted").GetInt64().Should().Be(Symbols * 27, "26 bars of 15 minutes and one of the day");
        _house.Store.Batches.Should().OnlyContain(batch => batch.Bars.All(bar => DateOnly.FromDateTime(bar.Start.UtcDateTime) == Session));
        _house.Store.TopicsOfBars().Should().OnlyContain(lane => lane == "live");
    }

    [Fact]
    public async Task Bars_of_a_session_that_closes_early_are_counted_by_the_calendar()
    {
        var early = new DateOnly(2026, 11, 27);
        _house.Time.SetUtcNow(DateTimeOffset.Parse("2026-11-27T18:30:00Z"));

        await CloseAsync(session: early);

        Summary().GetProperty("rows").GetProperty("received").GetInt64().Should().Be(Symbols * 15, "14 bars of 15 minutes until 13:00 and one of the day");
        Summary().GetProperty("complete").GetInt32().Should().Be(2 * Symbols);
    }

    [Fact]
    public async Task Missing_bars_are_asked_again_ever_later_until_they_are_there()
    {
        var late = _house.Market.Companies[3].Symbol;
        var withheld = 2;
        _house.Provider.Edits = (request, symbol, bars) => symbol == late && !request.Interval.IsIntraday && withheld-- > 0 ? [] : bars;

        await CloseAsync();

        Steps().Should().Equal(
            "collect-0 Completed", "stored-0 Completed", "check-0 Incomplete", "wait-1 Completed", "heal-1 Completed", "check-1 Incomplete", "wait-2 Completed", "heal-2 Completed",
            "stored-2 Completed", "check-2 Completed", "summary Completed");
        var waits = _house.EndedSteps.Where(step => step.Step.StartsWith("wait")).Select(step => step.EndedAt - step.StartedAt);
        waits.Should().Equal(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        _house.Provider.Requests.Skip(2).Should().OnlyContain(request => request.Symbols.Count == 1 && request.Symbols[0] == late && request.Interval == Interval.OneDay);
        Summary().GetProperty("complete").GetInt32().Should().Be(2 * Symbols);
    }

    [Fact]
    public async Task What_stays_missing_is_named_with_its_reason()
    {
        var (halted, bad, lost) = (_house.Market.Companies[1].Symbol, _house.Market.Companies[2].Symbol, _house.Market.Companies[4].Symbol);
        _house.Provider.Edits = (request, symbol, bars) => symbol == halted && request.Interval.IsIntraday ? [.. bars.Skip(3)] : bars;
        _house.Store.Quarantines = (symbol, bar) => symbol == bad && bar.Start.Hour == 15;
        _house.Store.Loses = batch => batch.Symbol == lost && !batch.Interval.IsIntraday;

        await CloseAsync();

        Steps().Should().EndWith("summary Incomplete");
        Summary().GetProperty("incomplete").EnumerateArray()
            .Select(series => (series.GetProperty("symbol").GetString(), series.GetProperty("interval").GetString(), series.GetProperty("missing").GetInt32(), series.GetProperty("reason").GetString()))
            .Should().BeEquivalentTo(
            [
                (halted, "15min", 3, "No provider has them."),
                (bad, "15min", 4, "4 bars are in quarantine."),
                (lost, "1d", 1, "It was sent, and nobody said that it is stored."),
            ]);
        _house.EndedSteps.Count(step => step.Step.StartsWith("heal")).Should().Be(3);
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    [Fact]
    public async Task Second_execution_ends_at_once()
    {
        await CloseAsync();
        var requests = _house.Provider.Requests.Count;

        (await CloseAsync("second")).Should().Contain("Another execution");

        _house.Provider.Requests.Should().HaveCount(requests);
    }

    [Fact]
    public async Task Large_market_goes_on_in_new_generations()
    {
        using var house = new RunHouse(60, [new SeriesPlan(Interval.OneDay, Years: 1)], now: Due);
        house.Provider.Capabilities = house.Provider.Capabilities with { MaxSymbols = 1 };

        await CloseAsync(house: house);

        house.EndedSteps.Where(step => step.Part).Select(step => step.Step).Should().HaveCount(60).And.OnlyHaveUniqueItems();
        house.EndedSteps.Count(step => step.Step.StartsWith("collect")).Should().Be(2);
        house.Store.Batches.Select(batch => batch.Provenance.Import!.Number).Should().OnlyHaveUniqueItems();
        house.End.Summary!.Value.GetProperty("complete").GetInt32().Should().Be(60);
    }

    private Task<string> CloseAsync(string ticket = "first", DateOnly? session = null, RunHouse? house = null) => (house ?? _house).Stage.RunAsync(
        new CloseSession(), $"end-of-day-{session ?? Session:yyyy-MM-dd}",
        new CloseInput(ticket, session ?? Session, Due, PartPatience.Of(_house.Options), HealAttempts: 3, HealAfter: TimeSpan.FromMinutes(1)));

    private IEnumerable<string> Steps() => _house.EndedSteps.Where(step => !step.Part).Select(step => $"{step.Step} {step.Outcome}");

    private JsonElement Summary() => _house.End.Summary!.Value;
}
