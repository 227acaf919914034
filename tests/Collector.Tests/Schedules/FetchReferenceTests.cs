using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Schedules;

/// <summary>Splits and dividends of what is tracked, where a day's budget does not reach for all of it.</summary>
public sealed class FetchReferenceTests : IDisposable
{
    private const int Symbols = 12;

    private readonly RunHouse _house = new(Symbols, [new SeriesPlan(Interval.OneDay, Years: 2)], vendors: ["fmp", "finnhub"]);
    private int _runs;
    private int _left = int.MaxValue;

    public FetchReferenceTests()
    {
        foreach (var provider in _house.Providers)
            provider.Capabilities = provider.Capabilities with { MaxSymbols = 1 };
        _house.Providers[1].Capabilities = _house.Providers[1].Capabilities with { HasCorporateActions = false };
        _house.Provider.RefusesActions = _ =>
        {
            _house.Time.Advance(TimeSpan.FromSeconds(1));
            return _left-- > 0 ? null : new ProviderError(ProviderErrorKind.RateLimited, "The day's budget is spent.", TimeSpan.FromHours(12));
        };
    }

    private IEnumerable<string> Roster => _house.Tracked.Symbols.Select(tracked => tracked.Symbol);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Every_symbol_has_its_turn_though_a_days_budget_does_not_reach_for_all()
    {
        var asked = new List<string>();
        for (var day = 0; day < 5; day++)
            asked.AddRange(await DayAsync(budget: 5));

        // Round and round in one order, whatever day it is, and whichever process.
        asked.Should().Equal(Enumerable.Range(0, 25).Select(turn => Roster.ElementAt(turn % Symbols)));
    }

    [Fact]
    public async Task Who_was_tracked_last_and_who_failed_yesterday_come_first()
    {
        await DayAsync(budget: int.MaxValue);
        var failing = Roster.ElementAt(6);
        _house.Provider.RefusesActions = symbol => symbol == failing ? new ProviderError(ProviderErrorKind.Unavailable, "The provider answered 503.") : null;
        await DayAsync(budget: int.MaxValue);
        _house.Provider.RefusesActions = _ => null;
        var fresh = _house.Tracked.Symbols[0];
        _house.Tracked.Symbols.RemoveAt(0);
        _house.Tracked.Symbols.Add(fresh with { Symbol = "ZZZ.SIM" });

        var asked = await DayAsync(budget: int.MaxValue);

        asked.Take(2).Should().Equal("ZZZ.SIM", failing);
    }

    [Fact]
    public async Task Symbol_that_the_plan_does_not_have_neither_ends_the_run_nor_comes_first_again()
    {
        var lacking = Roster.ElementAt(0);
        _house.Provider.RefusesActions = symbol => symbol == lacking ? new ProviderError(ProviderErrorKind.NotEntitled, "A larger plan has it.") { ConcernsThisRequestOnly = true } : null;

        (await DayAsync(budget: int.MaxValue)).Should().Equal(Roster);
        (await DayAsync(budget: int.MaxValue)).Should().Equal(Roster);
    }

    [Fact]
    public async Task Plan_that_has_no_splits_at_all_is_asked_for_a_few_and_the_next_provider_for_all()
    {
        _house.Providers[1].Capabilities = _house.Providers[1].Capabilities with { HasCorporateActions = true };
        _house.Provider.RefusesActions = _ => new ProviderError(ProviderErrorKind.NotEntitled, "A larger plan has it.") { ConcernsThisRequestOnly = true };

        (await DayAsync(budget: int.MaxValue)).Should().Equal(Roster.Take(3));
        _house.Providers[1].ActionsAsked.Should().Equal(Roster);
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    /// <summary>Who is asked for in the run of a day.</summary>
    private async Task<IReadOnlyList<string>> DayAsync(int budget)
    {
        _left = budget;
        _house.Provider.ActionsAsked.Clear();
        _house.NewProcess();
        await _house.Stage.RunAsync(
            new FetchReference(), $"reference-{++_runs}", new ReferenceInput($"ticket-{_runs}", _house.Plan.Market, _house.Time.GetUtcNow(), PartPatience.Of(_house.Options)));
        _house.Time.Advance(TimeSpan.FromDays(1));
        var asked = _house.Provider.ActionsAsked.Take(budget);
        return [.. asked.Distinct()];
    }
}
