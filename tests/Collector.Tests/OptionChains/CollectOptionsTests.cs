using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.OptionChains;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.OptionChains;

public sealed class CollectOptionsTests : IDisposable
{
    private static readonly DateTimeOffset Due = DateTimeOffset.Parse("2026-11-20T17:00:00Z");

    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new(Due.AddSeconds(20));
    private readonly FakeStore _store = new();
    private readonly FakeChains _first = new("first");
    private readonly FakeChains _second = new("second");
    private readonly WorkflowStage _stage;

    public CollectOptionsTests()
    {
        var publisher = new BarPublisher(_store, _time, _metrics, NullLogger<BarPublisher>.Instance);
        var announcer = new RunAnnouncer(publisher);
        var host = new RunHouse.Host();
        OptionMarket[] markets = [new("us-stocks", [_first, _second], _ => Task.FromResult<IReadOnlyList<string>>(["AAPL", "MSFT", "IBM"]))];
        _stage = new WorkflowStage(_time, new Dictionary<string, IWorkflowActivity>
        {
            [nameof(BeginRun)] = new BeginRun(new RunHouse.FakeClaims(), announcer, host),
            [nameof(AnnounceRun)] = new AnnounceRun(announcer, host),
            [nameof(ListUnderlyings)] = new ListUnderlyings(markets, host),
            [nameof(FetchChain)] = new FetchChain(markets, publisher, announcer, _time, host),
        });
    }

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Each_underlying_is_asked_for_ninety_days_and_its_chain_published_as_it_was_said()
    {
        (await RunAsync()).Should().Be("6 contracts of 3 symbols.");

        _first.Asked.Should().BeEquivalentTo(["AAPL 2026-11-20 2027-02-18", "MSFT 2026-11-20 2027-02-18", "IBM 2026-11-20 2027-02-18"]);
        var chains = Chains();
        chains.Should().HaveCount(3).And.OnlyContain(chain => chain.Provenance.Provider == "first" && chain.Contracts.Count == 2 && chain.QuotedAt == Due);
        _store.Published.Where(published => published.Message is RawOptionChain).Should().OnlyContain(published => published.Topic == Topics.RawOptions && published.Key == ((RawOptionChain)published.Message).Underlying);
        _store.Events.OfType<RunStarted>().Should().ContainSingle().Which.Kind.Should().Be("options");
        _store.Events.OfType<RunEnded>().Should().ContainSingle().Which.Outcome.Should().Be(RunOutcome.Completed);
        _store.Events.OfType<RunRequest>().Should().HaveCount(3);
        _store.Events.OfType<RunPlanned>().Should().ContainSingle().Which.Parts.Should().Be(3);
        Parts().Should().BeEquivalentTo(["Chain of AAPL: Completed", "Chain of MSFT: Completed", "Chain of IBM: Completed"]);
    }

    [Fact]
    public async Task Where_the_first_provider_fails_the_next_one_fills_in()
    {
        _first.Fails = symbol => symbol == "MSFT" ? new ProviderError(ProviderErrorKind.NotEntitled, "No key.") : null;

        (await RunAsync()).Should().Be("6 contracts of 3 symbols.");

        Chains().Single(chain => chain.Underlying == "MSFT").Provenance.Provider.Should().Be("second");
    }

    [Fact]
    public async Task What_may_pass_is_asked_again_and_what_may_not_is_told()
    {
        var failures = 0;
        _first.Fails = symbol => symbol == "IBM" && failures++ < 1 ? new ProviderError(ProviderErrorKind.Unavailable, "Down.", TimeSpan.FromMinutes(2)) : null;
        _second.Fails = symbol => new ProviderError(ProviderErrorKind.NotSupported, $"{symbol} has no options here.");

        var result = await RunAsync();

        result.Should().Be("6 contracts of 3 symbols.");
        _first.Asked.Count(asked => asked.StartsWith("IBM", StringComparison.Ordinal)).Should().Be(2);
        _time.GetUtcNow().Should().BeOnOrAfter(Due.AddMinutes(2));
        Parts().Should().HaveCount(3, "a chain is one part of the run, however often it is asked for").And.OnlyContain(part => part.EndsWith("Completed", StringComparison.Ordinal));
        _store.Events.OfType<RunStep>().Should().ContainSingle(step => step.Part && step.EndedAt == null && step.Detail == "Asked again in 120 s: first: Down.");
    }

    [Fact]
    public async Task Budget_that_is_spent_for_longer_than_the_next_snapshot_takes_to_come_is_not_waited_for()
    {
        _first.Fails = symbol => symbol == "IBM" ? new ProviderError(ProviderErrorKind.RateLimited, "No key can pay.", TimeSpan.FromHours(9)) : null;
        _first.Charges = symbol => symbol == "IBM" ? 0 : 1;
        _second.Fails = symbol => new ProviderError(ProviderErrorKind.NotSupported, $"{symbol} has no options here.");

        (await RunAsync()).Should().Be("4 contracts of 2 symbols; of 1 there is no chain: first: No key can pay.");

        _time.GetUtcNow().Should().BeBefore(Due.AddMinutes(30));
        Parts().Should().Contain("Chain of IBM: Failed");
        _store.Events.OfType<RunRequest>().Select(request => (request.Provider, request.Error is null)).Should()
            .BeEquivalentTo([("first", true), ("first", true), ("second", false)], "what was never sent is no request");
    }

    [Fact]
    public async Task What_may_pass_at_the_second_provider_is_worth_asking_again_though_the_first_will_never_have_it()
    {
        var failures = 0;
        _first.Fails = _ => new ProviderError(ProviderErrorKind.NotSupported, "No options here.");
        _second.Fails = symbol => symbol == "IBM" && failures++ < 1 ? new ProviderError(ProviderErrorKind.TimedOut, "No answer.") : null;

        (await RunAsync()).Should().Be("6 contracts of 3 symbols.");

        _store.Events.OfType<RunStep>().Should().Contain(step => step.Detail == "Asked again in 5 s: second: No answer.");
    }

    [Fact]
    public async Task Days_are_those_of_New_York()
    {
        _time.Advance(TimeSpan.FromHours(8));

        await RunAsync();

        _first.Asked.Should().OnlyContain(asked => asked.EndsWith("2026-11-20 2027-02-18", StringComparison.Ordinal), "at one o'clock UTC it is eight in the evening there");
    }

    [Fact]
    public async Task When_nobody_answers_the_run_has_failed()
    {
        _first.Fails = _second.Fails = _ => new ProviderError(ProviderErrorKind.NotEntitled, "No key.");

        (await RunAsync()).Should().Contain("of 3 there is no chain: first: No key.");
        _first.Asked.Should().HaveCount(3, "it would say the same again");

        _store.Events.OfType<RunEnded>().Should().ContainSingle().Which.Outcome.Should().Be(RunOutcome.Failed);
        Chains().Should().BeEmpty();
    }

    [Fact]
    public void A_chain_too_large_for_a_message_is_parted_between_expiries()
    {
        var quotes = Enumerable.Range(0, 7).SelectMany(week => Enumerable.Range(0, 900).Select(_ => FakeChains.Quote("AAPL", new DateOnly(2026, 12, 4).AddDays(7 * week), OptionType.Call))).ToList();

        var parts = FetchChain.Parts(quotes).ToList();

        parts.Should().HaveCount(2);
        parts.Should().OnlyContain(part => part.Count <= RawOptionChain.MaxContracts);
        parts[0].Select(quote => quote.Expiry).Should().NotIntersectWith(parts[1].Select(quote => quote.Expiry));
        parts.Sum(part => part.Count).Should().Be(6_300);
        FetchChain.Parts([]).Should().BeEmpty();

        // More than a message takes of one expiry, behind a small one.
        var huge = Enumerable.Range(0, RawOptionChain.MaxContracts + 10).Select(_ => FakeChains.Quote("AAPL", new DateOnly(2026, 12, 18), OptionType.Call));
        FetchChain.Parts([.. quotes.Take(5), .. huge]).Select(part => part.Count).Should().Equal(5, RawOptionChain.MaxContracts, 10);
    }

    private Task<string> RunAsync() =>
        _stage.RunAsync(new CollectOptions(), "options-1", new OptionSlot("ticket", "us-stocks", Due, 90, PartPatience.Of(new CollectionOptions())));

    /// <summary>The parts of the run that have ended.</summary>
    private List<string> Parts() => [.. _store.Events.OfType<RunStep>().Where(step => step is { Part: true, EndedAt: not null }).Select(step => $"{step.Name}: {step.Outcome}")];

    private List<RawOptionChain> Chains() => [.. _store.Published.Select(published => published.Message).OfType<RawOptionChain>()];

    private sealed class FakeChains(string name) : IOptionChainProvider
    {
        public string Name => name;

        public int CreditsForChain => 1;

        public List<string> Asked { get; } = [];

        public Func<string, ProviderError?> Fails { get; set; } = _ => null;

        public Func<string, int> Charges { get; set; } = _ => 1;

        public Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken)
        {
            Asked.Add($"{underlying} {from:yyyy-MM-dd} {to:yyyy-MM-dd}");
            var error = Fails(underlying);
            var chain = new OptionChainSnapshot(
                underlying, 200, Due, [Quote(underlying, new DateOnly(2026, 12, 18), OptionType.Call), Quote(underlying, new DateOnly(2026, 12, 18), OptionType.Put)]);
            return Task.FromResult(new ProviderAnswer<OptionChainSnapshot>($"{name}-{underlying}-{Asked.Count}", Due.AddSeconds(20), error is null ? chain : null, error) { Credits = Charges(underlying) });
        }

        public static RawOptionQuote Quote(string underlying, DateOnly expiry, OptionType type) =>
            new(new OptionContract(underlying, expiry, type, 200).ToString(), type, expiry, 200, 1, 2, null, null, null, null, null);
    }
}
