using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Schedules;

/// <summary>A market of several providers: who is asked for what, and whose bars are stored.</summary>
public sealed class FailoverTests : IDisposable
{
    private const int Symbols = 12;

    private static readonly ProviderError Down = new(ProviderErrorKind.Unavailable, "The provider answered 503.");

    private readonly RunHouse _house = new(Symbols, [new SeriesPlan(Interval.OneDay, Years: 2)], vendors: ["twelvedata", "fmp", "yahoo"]);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task While_the_first_provider_answers_nobody_else_is_asked()
    {
        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        Sources().Should().Equal("twelvedata");
        Asked().Should().Equal(1, 0, 0);
        _house.Store.Events.OfType<RunStarted>().Single().RunId.Should().StartWith("collect-1d-2026-11-19-us-stocks");
    }

    [Fact]
    public async Task Provider_that_is_down_is_given_up_after_its_attempts_and_the_next_one_fills_in()
    {
        _house.Provider.Fails = _ => Down;

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        Sources().Should().Equal("fmp");
        Asked().Should().Equal(_house.Options.Attempts, 1, 0);
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
        _house.EndedSteps.Where(step => step.Part).Should().OnlyContain(step => step.Outcome == StepOutcome.Completed);
        _house.Store.Events.OfType<RunRequest>().Select(request => (request.Provider, Failed: request.Error is not null))
            .Should().Equal([.. Enumerable.Repeat(("twelvedata", true), _house.Options.Attempts), ("fmp", false)], "a run shows each provider that was asked");
    }

    [Theory]
    [InlineData(nameof(ProviderErrorKind.NotEntitled))]
    [InlineData(nameof(ProviderErrorKind.NotSupported))]
    public async Task Provider_that_will_not_have_it_is_not_asked_twice(string kind)
    {
        _house.Provider.Fails = _ => new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "Not with this key.");

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        Asked().Should().Equal(1, 1, 0);
    }

    [Fact]
    public async Task Provider_that_says_how_long_it_is_away_is_not_waited_for_while_another_one_is_there()
    {
        _house.Provider.Fails = _ => Down with { RetryAfter = TimeSpan.FromMinutes(2) };

        await _house.CollectAsync();

        Asked().Should().Equal(1, 1, 0);
        (_house.Time.GetUtcNow() - RunHouse.Noon).Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Only_the_symbols_that_are_open_are_asked_of_the_next_one()
    {
        var (unknown, broken) = (_house.Market.Companies[1].Symbol, _house.Market.Companies[3].Symbol);
        _house.Provider.FailsFor = symbol => symbol == unknown ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown.") : symbol == broken ? new ProviderError(ProviderErrorKind.Malformed, "Half a bar.") : null;

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Providers[1].Requests.Should().ContainSingle().Which.Symbols.Should().BeEquivalentTo(unknown, broken);
        _house.Store.Batches.Where(batch => batch.Provenance.Provider == "fmp").Select(batch => batch.Symbol).Should().BeEquivalentTo(unknown, broken);
        _house.Store.Batches.Select(batch => batch.Provenance.Import!.Number).Should().OnlyHaveUniqueItems();
        _house.Tracked.Unknown.Should().BeEmpty("somebody has it");
    }

    [Fact]
    public async Task Symbol_that_nobody_has_is_said_to_be_unknown_until_somebody_has_it()
    {
        var unknown = _house.Market.Companies[1].Symbol;
        foreach (var provider in _house.Providers)
            provider.FailsFor = symbol => symbol == unknown ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown.") : null;

        await _house.CollectAsync();
        _house.Tracked.Unknown.Should().ContainKey(unknown).WhoseValue.Should().Equal("twelvedata", "fmp", "yahoo");
        _house.EndedSteps.Single(step => step.Part).Symbols!.Single(symbol => symbol.Symbol == unknown).Detail.Should().Be("twelvedata: Unknown. fmp: Unknown. yahoo: Unknown.");

        _house.Providers[2].FailsFor = _ => null;
        _house.Time.Advance(TimeSpan.FromHours(2));
        await _house.CollectAsync();
        _house.Tracked.Unknown.Should().BeEmpty();
        _house.ShouldHaveStoredEverything();
    }

    [Theory]
    [InlineData(nameof(ProviderErrorKind.NotEntitled), "twelvedata,yahoo")]
    [InlineData(nameof(ProviderErrorKind.NotSupported), "twelvedata,yahoo")]
    [InlineData(nameof(ProviderErrorKind.Unavailable), null)]
    public async Task Symbol_is_unknown_by_the_word_of_those_who_can_be_asked_but_not_while_somebody_may_still_have_it(string second, string? sayingSo)
    {
        var unknown = _house.Market.Companies[1].Symbol;
        foreach (var provider in _house.Providers)
            provider.FailsFor = symbol => symbol == unknown ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown.") : null;
        _house.Providers[1].FailsFor = _ => null;
        _house.Providers[1].Fails = _ => new ProviderError(Enum.Parse<ProviderErrorKind>(second), "Not now, or not with this key.");

        await _house.CollectAsync();

        if (sayingSo is null)
            _house.Tracked.Unknown.Should().BeEmpty();
        else
            _house.Tracked.Unknown.Should().ContainKey(unknown).WhoseValue.Should().Equal(sayingSo.Split(','));
    }

    [Fact]
    public async Task Symbol_is_unknown_when_one_provider_says_so_and_another_one_has_nothing_of_it_in_years()
    {
        var unknown = _house.Market.Companies[1].Symbol;
        _house.Provider.FailsFor = symbol => symbol == unknown ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown.") : null;
        _house.Providers[1].Edits = (_, symbol, bars) => symbol == unknown ? [] : bars;

        await _house.CollectAsync();

        _house.Tracked.Unknown.Should().ContainKey(unknown).WhoseValue.Should().Equal("twelvedata");
        _house.Tracked.Unknown.Should().HaveCount(1);
    }

    [Fact]
    public async Task Next_one_is_asked_for_as_many_symbols_and_bars_as_it_takes()
    {
        _house.Provider.Fails = _ => Down;
        _house.Providers[1].Capabilities = _house.Providers[1].Capabilities with { MaxSymbols = 5, MaxBars = 300 };

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Providers[1].Requests.Should().HaveCount(6).And.OnlyContain(request => request.Symbols.Count <= 5);
        _house.Store.Batches.Should().OnlyContain(batch => batch.Bars.Count <= 300);
        _house.Store.Batches.Select(batch => batch.Provenance.Import!.Number).Should().OnlyHaveUniqueItems();
        _house.EndedSteps.Where(step => step.Part).SelectMany(step => step.Symbols!).Should().HaveCount(Symbols).And.OnlyContain(symbol => symbol.Outcome == SymbolOutcome.Stored && symbol.Bars > 400);
    }

    [Fact]
    public async Task What_a_provider_has_given_before_it_failed_stays_and_the_next_one_gives_the_rest()
    {
        _house.Provider.Capabilities = _house.Provider.Capabilities with { MaxBars = 300 };
        _house.Providers[1].Capabilities = _house.Providers[1].Capabilities with { MaxBars = 100 };
        var order = await Backfills.Orders.ReadAsync(_house, $$"""{"symbols":["{{_house.Market.Companies[0].Symbol}}"],"interval":"1d","from":"2026-01-02","to":"2026-11-19"}""");

        // Planned for answers of 300 bars; by the time that it runs they are shorter, and end.
        _house.Provider.Capabilities = _house.Provider.Capabilities with { MaxBars = 60 };
        _house.Provider.Fails = request => request.From > DateTimeOffset.Parse("2026-06-01T00:00:00Z") ? new ProviderError(ProviderErrorKind.NotEntitled, "No.") : null;
        await _house.Stage.RunAsync(new Collector.Backfills.RunBackfill(), "backfill-1", order);

        order.Parts.Should().Be(1);
        var batches = _house.Store.Batches.OrderBy(batch => batch.Bars[0].Start).ToList();
        batches.Select(batch => batch.Provenance.Provider).Should().Equal("twelvedata", "twelvedata", "fmp", "fmp");
        batches.SelectMany(batch => batch.Bars.Select(bar => bar.Start)).Should().OnlyHaveUniqueItems().And.HaveCount(ExchangeCalendar.UsEquities.CountBars(
            Interval.OneDay, DateTimeOffset.Parse("2026-01-02T00:00:00Z"), DateTimeOffset.Parse("2026-11-19T00:00:00Z")));
        _house.EndedSteps.Single().Symbols!.Single().Outcome.Should().Be(SymbolOutcome.Stored);
    }

    [Fact]
    public async Task Requests_are_no_larger_than_a_key_can_pay_for()
    {
        _house.Funds.Largest["twelvedata"] = 8;

        await _house.CollectAsync();

        _house.Provider.Requests.Select(request => request.Symbols.Count).Should().Equal(8, 4);
    }

    [Fact]
    public async Task Provider_without_a_key_is_not_asked_and_without_any_nothing_is_planned()
    {
        _house.Funds.Largest["twelvedata"] = 0;
        await _house.CollectAsync();
        Asked().Should().Equal(0, 1, 0);

        _house.Funds.Largest["fmp"] = _house.Funds.Largest["yahoo"] = 0;
        (await _house.Due.NewestAsync(Interval.OneDay, default)).Should().BeNull();
    }

    [Fact]
    public async Task Bars_that_are_too_old_for_the_first_one_are_asked_of_who_reaches_back()
    {
        _house.Provider.Capabilities = _house.Provider.Capabilities with { Intervals = new Dictionary<Interval, TimeSpan?> { [Interval.OneDay] = TimeSpan.FromDays(365) } };

        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        var byProvider = _house.Store.Batches.ToLookup(batch => batch.Provenance.Provider, batch => batch.Bars.Select(bar => bar.Start));
        byProvider["fmp"].SelectMany(starts => starts).Max().Should().BeBefore(RunHouse.Noon.AddDays(-364));
        byProvider["twelvedata"].SelectMany(starts => starts).Min().Should().BeAfter(RunHouse.Noon.AddDays(-366));
    }

    [Fact]
    public async Task Bar_that_one_provider_lacks_is_asked_of_the_next_one_when_it_is_asked_again()
    {
        var (symbol, lacking) = (_house.Market.Companies[2].Symbol, DateTimeOffset.Parse("2026-11-17T00:00:00Z"));
        _house.Provider.Edits = (_, asked, bars) => asked == symbol ? [.. bars.Where(bar => bar.Start != lacking)] : bars;
        await _house.CollectAsync();
        Asked().Should().Equal([1, 0, 0], "that there is no such bar is an answer");

        _house.Time.Advance(TimeSpan.FromHours(2));
        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        Asked().Should().Equal(1, 1, 0);
        var filled = _house.Store.Batches.Single(batch => batch.Provenance.Provider == "fmp");
        (filled.Symbol, filled.Bars.Single().Start).Should().Be((symbol, lacking));
    }

    [Fact]
    public async Task Bar_that_nobody_has_goes_round_ever_more_slowly()
    {
        var (symbol, lacking) = (_house.Market.Companies[2].Symbol, DateTimeOffset.Parse("2026-11-17T00:00:00Z"));
        foreach (var provider in _house.Providers)
            provider.Edits = (_, asked, bars) => asked == symbol ? [.. bars.Where(bar => bar.Start != lacking)] : bars;
        for (var hour = 0; hour < 16; hour++)
        {
            await _house.CollectAsync();
            _house.Time.Advance(TimeSpan.FromHours(1));
        }

        Asked().Should().Equal([3, 2, 1], "one of them for the day that has ended meanwhile");
    }

    [Fact]
    public async Task What_one_does_not_know_and_the_others_could_not_be_asked_for_is_neither_unknown_nor_hopeless()
    {
        var symbol = _house.Market.Companies[1].Symbol;
        _house.Provider.Fails = _ => new ProviderError(ProviderErrorKind.NotEntitled, "The key is wrong.");
        _house.Providers[1].FailsFor = asked => asked == symbol ? new ProviderError(ProviderErrorKind.UnknownSymbol, "Unknown.") : Down;
        _house.Providers[2].Fails = _ => Down;

        await _house.CollectAsync();

        _house.Tracked.Unknown.Should().BeEmpty();
        _house.End.Detail.Should().Be("No provider answered anything; the next slot tries again.");
    }

    [Fact]
    public async Task Of_what_the_next_one_says_only_the_holes_are_taken()
    {
        var symbol = _house.Market.Companies[2].Symbol;
        DateTimeOffset[] lacking = [DateTimeOffset.Parse("2026-11-10T00:00:00Z"), DateTimeOffset.Parse("2026-11-17T00:00:00Z")];
        _house.Provider.Edits = (_, asked, bars) => asked == symbol ? [.. bars.Where(bar => !lacking.Contains(bar.Start))] : bars;
        await _house.CollectAsync();
        _house.Time.Advance(TimeSpan.FromHours(2));
        await _house.CollectAsync();

        _house.ShouldHaveStoredEverything();
        _house.Providers[1].Requests.Should().ContainSingle().Which.Should().Match<BarsRequest>(request => request.From == lacking[0] && request.To == lacking[1]);
        _house.Store.Batches.Single(batch => batch.Provenance.Provider == "fmp").Bars.Select(bar => bar.Start).Should().Equal(lacking, "what the first one has said stays its own");
    }

    [Fact]
    public void Order_of_an_interval_goes_before_that_of_the_market()
    {
        var plan = _house.Plan with { Order = interval => interval == Interval.OneDay ? ["yahoo", "alphavantage", "twelvedata"] : null };

        plan.ProvidersOf(Interval.OneDay).Select(provider => provider.Name).Should().Equal("yahoo", "twelvedata");
        plan.ProvidersOf(Interval.FifteenMinutes).Select(provider => provider.Name).Should().Equal("twelvedata", "fmp", "yahoo");
    }

    [Fact]
    public async Task When_nobody_lets_itself_be_asked_the_run_says_why()
    {
        foreach (var provider in _house.Providers)
            provider.Fails = _ => new ProviderError(ProviderErrorKind.NotEntitled, "The key is wrong.");

        await _house.CollectAsync();

        _house.End.Outcome.Should().Be(RunOutcome.Failed);
        _house.End.Detail.Should().Be("twelvedata: The key is wrong. fmp: The key is wrong. yahoo: The key is wrong.");
    }

    [Fact]
    public async Task What_is_most_overdue_is_asked_first_and_says_since_when()
    {
        await _house.CollectAsync();
        var (old, recent) = (_house.Market.Companies[7].Symbol, _house.Market.Companies[0].Symbol);
        _house.Store.Stored(recent, Interval.OneDay).Remove(DateTimeOffset.Parse("2026-11-19T00:00:00Z"));
        _house.Store.Stored(old, Interval.OneDay).Remove(DateTimeOffset.Parse("2026-11-12T00:00:00Z"));
        for (var i = 0; i < Symbols; i++)
            _house.Tracked.Symbols[i] = _house.Tracked.Symbols[i] with { Since = DateTimeOffset.Parse("2026-11-16T10:00:00Z") };
        _house.NewProcess();
        _house.Provider.Requests.Clear();

        var due = await _house.Due.FindAsync(_house.Plan.Series[0], null, default);

        due.Select(request => request.Symbols.Single().Symbol).Should().Equal(old, recent);
        due.Select(request => request.DueSince).Should().Equal(
            [DateTimeOffset.Parse("2026-11-16T10:00:00Z"), DateTimeOffset.Parse("2026-11-19T21:00:00Z")], "nothing is overdue for longer than it has been wanted");
        await _house.CollectAsync();
        _house.Provider.Requests.Should().OnlyContain(request => request.DueSince != null);
    }

    [Fact]
    public async Task Only_the_intervals_that_are_tracked_are_collected()
    {
        for (var i = 0; i < Symbols; i++)
            _house.Tracked.Symbols[i] = _house.Tracked.Symbols[i] with { Intervals = i == 4 ? [Interval.OneDay] : [Interval.OneHour] };

        await _house.CollectAsync();

        _house.Provider.Requests.Should().ContainSingle().Which.Symbols.Should().Equal(_house.Tracked.Symbols[4].Symbol);
    }

    private IEnumerable<int> Asked() => _house.Providers.Select(provider => provider.Requests.Count);

    private IEnumerable<string> Sources() => _house.Store.Batches.Select(batch => batch.Provenance.Provider).Distinct();
}
