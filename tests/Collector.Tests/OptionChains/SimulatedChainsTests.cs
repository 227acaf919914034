using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.OptionChains;

public sealed class SimulatedChainsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-20T17:00:30.5Z");

    private readonly CollectorMetrics _metrics = new();
    private readonly SimulatedMarket _market = new(1, 12);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task A_chain_is_the_same_whoever_asks_and_moves_with_the_price()
    {
        var symbol = _market.Companies[2].Symbol;
        var (chain, again, later) = (await ChainAsync(symbol), await ChainAsync(symbol), await ChainAsync(symbol, now: Noon.AddHours(2)));

        chain.Contracts.Should().Equal(again.Contracts).And.HaveCountGreaterThan(100);
        chain.QuotedAt.Should().Be(DateTimeOffset.Parse("2026-11-20T17:00:30Z"));
        var bars = new List<Bar>();
        _market.AddBars(symbol, Interval.OneMinute, Noon.AddMinutes(-5), Noon, Noon, bars);
        chain.UnderlyingPrice.Should().Be(bars[^1].Close);
        later.Contracts.Select(quote => quote.Ask).Should().NotEqual(chain.Contracts.Select(quote => quote.Ask));
        (await ChainAsync(symbol, seed: 2)).Contracts.Should().NotEqual(chain.Contracts);
    }

    [Fact]
    public async Task After_the_close_the_quotes_are_those_of_the_close()
    {
        var symbol = _market.Companies[0].Symbol;
        var (saturday, sunday) = (await ChainAsync(symbol, now: DateTimeOffset.Parse("2026-11-21T12:00:00Z")), await ChainAsync(symbol, now: DateTimeOffset.Parse("2026-11-22T12:00:00Z")));

        saturday.QuotedAt.Should().Be(DateTimeOffset.Parse("2026-11-20T21:00:00Z"));
        saturday.Contracts.Should().Equal(sunday.Contracts);
    }

    [Fact]
    public async Task Contracts_name_themselves_right_and_expire_on_sessions_within_the_range()
    {
        var chain = await ChainAsync(_market.Companies[1].Symbol);

        foreach (var quote in chain.Contracts)
        {
            OptionContract.TryParse(quote.Contract, out var named).Should().BeTrue(quote.Contract);
            named.Should().Be(new OptionContract(chain.Underlying, quote.Expiry, quote.Type, quote.Strike));
            ExchangeCalendar.UsEquities.IsSession(quote.Expiry).Should().BeTrue();
        }

        // Weekly for six weeks, then the third Fridays; the Friday after Thanksgiving is a session, Christmas (a Friday) is none.
        chain.Contracts.Select(quote => quote.Expiry).Distinct().Select(day => day.ToString("MM-dd")).Should().Equal("11-20", "11-27", "12-04", "12-11", "12-18", "12-24", "12-31", "01-15");
    }

    [Fact]
    public async Task Prices_hold_a_smile_and_no_arbitrage_and_what_is_not_quoted_is_null()
    {
        foreach (var company in _market.Companies)
        {
            var chain = await ChainAsync(company.Symbol);
            var quoted = chain.Contracts.Where(quote => quote is { Bid: not null, Ask: not null }).ToList();
            quoted.Should().OnlyContain(quote => quote.Bid < quote.Ask && quote.Bid > 0);
            chain.Contracts.Count(quote => quote.Ask is null).Should().BeInRange(1, chain.Contracts.Count / 4);
            chain.Contracts.Should().OnlyContain(quote => quote.Bid != 0 && quote.Ask != 0 && quote.Last != 0 && quote.OpenInterest >= 0);

            foreach (var series in quoted.Where(quote => quote.Expiry > new DateOnly(2026, 11, 20)).GroupBy(quote => (quote.Expiry, quote.Type)))
            {
                var strikes = series.OrderBy(quote => quote.Strike).ToList();
                for (var i = 1; i < strikes.Count; i++)
                {
                    var (cheap, dear) = series.Key.Type == OptionType.Call ? (strikes[i], strikes[i - 1]) : (strikes[i - 1], strikes[i]);
                    cheap.Bid.Should().BeLessThanOrEqualTo(dear.Ask!.Value);
                }

                var (years, rate) = (OptionTime.YearsToExpiry(chain.QuotedAt!.Value, series.Key.Expiry, ExchangeCalendar.UsEquities), FederalFunds.On(new DateOnly(2026, 11, 20)).At(0.25));
                var money = strikes.MinBy(quote => Math.Abs(quote.Strike - chain.UnderlyingPrice!.Value))!;
                American.ImpliedVolatility(new OptionTerms(money.Type, chain.UnderlyingPrice!.Value, money.Strike, years, rate, company.DividendYield), (money.Bid!.Value + money.Ask!.Value) / 2)
                    .Value.Should().BeApproximately(company.Volatility, 0.25 * company.Volatility + 0.05, money.Contract);
            }
        }
    }

    [Fact]
    public async Task Faults_are_there_when_asked_for()
    {
        var symbol = _market.Companies[0].Symbol;
        var sound = (await ChainAsync(symbol)).Contracts;

        (await ChainAsync(symbol, new SimulatedFaults { CrossedQuotes = 0.5 })).Contracts.Count(quote => quote.Bid > quote.Ask).Should().BeGreaterThan(20);
        (await ChainAsync(symbol, new SimulatedFaults { ZeroBids = 1 })).Contracts.Should().OnlyContain(quote => quote.Bid == null);
        (await ChainAsync(symbol, new SimulatedFaults { StaleQuotes = 1 })).Contracts.Select(quote => quote.Ask).Should().NotEqual(sound.Select(quote => quote.Ask));
    }

    [Fact]
    public async Task What_is_not_listed_and_what_breaks_off_is_an_error()
    {
        using var provider = Provider(new SimulatedFaults(), Noon, 1);
        (await provider.GetOptionChainAsync("NOSUCH.SIM", new DateOnly(2026, 11, 20), new DateOnly(2027, 2, 18), default)).Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);

        using var broken = Provider(new SimulatedFaults { BrokenJson = 1 }, Noon, 1);
        (await broken.GetOptionChainAsync(_market.Companies[0].Symbol, new DateOnly(2026, 11, 20), new DateOnly(2027, 2, 18), default)).Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
        var read = () => SimulatedChainJson.Read("{\"symbol\":\"A\",\"options\":[{\"id\":\"A\"}]}"u8.ToArray());
        read.Should().Throw<JsonException>();
    }

    private async Task<OptionChainSnapshot> ChainAsync(string symbol, SimulatedFaults? faults = null, DateTimeOffset? now = null, int seed = 1)
    {
        using var provider = Provider(faults ?? new SimulatedFaults(), now ?? Noon, seed);
        var answer = await provider.GetOptionChainAsync(symbol, new DateOnly(2026, 11, 20), new DateOnly(2027, 1, 31), default);
        answer.Error.Should().BeNull();
        return answer.Value!;
    }

    private SimulatedProvider Provider(SimulatedFaults faults, DateTimeOffset now, int seed) =>
        new(_market, new SimulatedOptions { Seed = seed, Faults = faults }, new ManualTimeProvider(now), _metrics);
}
