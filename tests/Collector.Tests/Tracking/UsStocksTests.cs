using Dapr;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Tracking;

public sealed class UsStocksTests
{
    [Fact]
    public void The_default_list_has_120_stocks_that_are_found_by_the_names_that_people_know()
    {
        UsStocks.All.Should().HaveCount(120);
        UsStocks.All.Select(stock => stock.Symbol).Should().OnlyHaveUniqueItems().And.OnlyContain(symbol => Symbol.IsValid(symbol));
        UsStocks.All.Should().OnlyContain(stock => stock.Name.Length > 1 && stock.Sector!.Length > 3 && (stock.Exchange == "NYSE" || stock.Exchange == "Nasdaq"));
        UsStocks.BySymbol["META"].Aliases.Should().Contain(["Facebook", "FB"]);
        UsStocks.BySymbol["GOOGL"].Aliases.Should().Contain("Google");
        UsStocks.BySymbol["BRK.B"].Aliases.Should().Contain(["Berkshire", "BRK-B"]);
    }

    [Fact]
    public async Task A_newly_tracked_symbol_gets_its_history_though_the_others_are_not_touched()
    {
        using var house = new RunHouse(symbols: 3, vendors: ["twelvedata"]);
        var fresh = house.Market.Companies[1].Symbol;
        var newest = (await house.Due.NewestAsync(Interval.OneDay, default))!;

        await house.Stage.RunAsync(
            new CollectSlot(), Slots.Track("us-stocks", Interval.OneDay, fresh, RunHouse.Noon),
            new SlotInput("ticket", "us-stocks", Interval.OneDay, newest.Start, newest.At, Collector.Parts.PartPatience.Of(house.Options)) { Symbols = [fresh] });
        await house.Stage.RunAsync(
            new FetchReference(), Slots.TrackReference("us-stocks", fresh, RunHouse.Noon),
            new ReferenceInput("ticket", "us-stocks", RunHouse.Noon, Collector.Parts.PartPatience.Of(house.Options)) { Symbols = [fresh] });

        house.Store.Batches.Should().NotBeEmpty().And.OnlyContain(batch => batch.Symbol == fresh && batch.Interval == Interval.OneDay);
        house.Store.Stored(fresh, Interval.OneDay).Should().HaveCountGreaterThan(490);
        house.Store.Published.Select(published => published.Message).OfType<CorporateActions>().Should().OnlyContain(actions => actions.Symbol == fresh);
        house.Store.Events.OfType<RunEnded>().Should().HaveCount(2).And.OnlyContain(run => run.Outcome == RunOutcome.Completed);
    }

    [Fact]
    public async Task That_nobody_says_what_is_tracked_does_not_mean_that_nothing_is()
    {
        var roster = new TrackedRoster(new NobodySays(), TimeProvider.System);

        (await roster.GetAsync(default)).Error!.Kind.Should().Be(ProviderErrorKind.Unavailable);
    }

    [Fact]
    public async Task Names_of_what_is_tracked_are_published_for_search()
    {
        using var house = new RunHouse(symbols: 1, vendors: ["twelvedata"]);
        house.Tracked.Symbols.AddRange([new("META", "ann", [Interval.OneDay], false, RunHouse.Noon), new("NOBODY", "ann", [Interval.OneDay], false, RunHouse.Noon)]);

        await house.Due.Listing.PublishInstrumentsAsync(default);

        var items = house.Store.Published.Select(published => published.Message).OfType<Instruments>().Single().Items;
        items[0].Should().BeEquivalentTo(UsStocks.BySymbol["META"], "the largest come first");
        items.Single(item => item.Symbol == "NOBODY").Name.Should().Be("NOBODY");
    }

    private sealed class NobodySays : ITrackedSymbols
    {
        public Task<IReadOnlyList<TrackedSymbol>> GetAsync(CancellationToken cancellationToken) => throw new DaprException("Connection refused.");

        public Task UnknownAsync(IReadOnlyCollection<string> symbols, IReadOnlyList<string> providers, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task FoundAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
