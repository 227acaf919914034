using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.CrossChecks;

public sealed class CrossCheckTests : IDisposable
{
    private const int Symbols = 12;

    private static readonly DateOnly Session = new(2026, 11, 19);
    private static readonly DateTimeOffset Start = new(2026, 11, 19, 0, 0, 0, TimeSpan.Zero);
    private static readonly SourcedBar Stored = new(Start, 10, 11, 9, 10.5, 1_000_000, "twelvedata");

    private readonly RunHouse _house = new(Symbols, [new SeriesPlan(Interval.OneDay, Years: 1)], vendors: ["twelvedata", "fmp"]);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Bars_that_agree_are_counted_and_those_that_differ_become_findings()
    {
        _house.CrossCheck.Share = 1;
        await _house.CollectAsync();
        _house.Provider.Requests.Clear();
        var (wrong, pence, absent) = (_house.Market.Companies[2].Symbol, _house.Market.Companies[5].Symbol, _house.Market.Companies[7].Symbol);
        _house.Providers[1].Edits = (_, symbol, bars) => symbol == absent ? [] : [.. bars.Select(bar =>
            symbol == wrong ? bar with { Close = bar.Close.Number!.Value * 1.1 }
            : symbol == pence ? new RawBar(bar.Start, bar.Open.Number!.Value * 100, bar.High.Number!.Value * 100, bar.Low.Number!.Value * 100, bar.Close.Number!.Value * 100, bar.Volume)
            : bar)];

        await CheckAsync();

        _house.Provider.Requests.Should().BeEmpty("nobody is compared with himself");
        _house.Providers[1].Requests.Should().HaveCount(Symbols).And.OnlyContain(request => request.DueSince == null, "whatever is due goes first");
        var messages = _house.Store.Published.Where(published => published.Message is CleanBars).ToList();
        messages.Should().OnlyContain(published => published.Topic == Topics.BarsHistory);
        var findings = messages.Select(published => (CleanBars)published.Message).ToDictionary(clean => clean.Symbol);
        findings.Keys.Should().BeEquivalentTo(wrong, pence);
        findings.Values.Should().OnlyContain(clean => clean.Bars.Count == 0 && clean.Provenance.Provider == "fmp" && clean.Findings.Single().Rule == "cross-check" && clean.Findings.Single().Start == Start);
        findings[wrong].Findings[0].Detail.Should().MatchRegex("^close: twelvedata says [0-9.]+, fmp says [0-9.]+, 9[.]09 % apart[.]$");
        findings[pence].Findings[0].Detail.Should().StartWith("all prices are about 100 times as high: other units; close: ");
        var summary = _house.End.Summary!.Value;
        (summary.GetProperty("agreed").GetInt32(), summary.GetProperty("differing").GetInt32(), summary.GetProperty("notCompared").GetInt32()).Should().Be((Symbols - 3, 2, 1));
    }

    [Fact]
    public async Task Without_a_second_provider_nothing_is_said_to_agree()
    {
        await _house.CollectAsync();
        _house.Funds.Largest["fmp"] = 0;

        await CheckAsync();

        _house.End.Detail.Should().Be("0 bars agree, 0 differ, 1 could not be compared.");
    }

    [Fact]
    public async Task Budget_is_waited_for()
    {
        await _house.CollectAsync();
        var limits = _house.Options.Attempts + 2;
        _house.Providers[1].Fails = _ => limits-- > 0 ? new ProviderError(ProviderErrorKind.RateLimited, "Spent.", TimeSpan.FromHours(3)) : null;

        await CheckAsync();

        _house.End.Detail.Should().Be("1 bars agree, 0 differ.");
    }

    [Theory]
    [InlineData(nameof(ProviderErrorKind.RateLimited), 10)] // not for more than a day
    [InlineData(nameof(ProviderErrorKind.NotEntitled), 1)]
    [InlineData(nameof(ProviderErrorKind.Unavailable), 5)]
    public async Task What_nobody_could_be_asked_for_does_not_agree(string kind, int times)
    {
        await _house.CollectAsync();
        _house.Providers[1].Fails = _ => times-- > 0 ? new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "No.", TimeSpan.FromHours(6)) : null;

        await CheckAsync();

        _house.End.Detail.Should().Be("0 bars agree, 0 differ, 1 could not be compared.");
    }

    [Theory]
    [InlineData(10.5, 1_000_000, null)]
    [InlineData(10.55, 1_000_000, null)]
    [InlineData(10.56, 1_000_000, "close: twelvedata says 10.5, fmp says 10.56, 0.57 % apart.")]
    [InlineData(10.5, 600_000, null)]
    [InlineData(10.5, 400_000, "volume: twelvedata says 1000000, fmp says 400000, 60 % apart.")]
    [InlineData(10.5, 0, "volume: twelvedata says 1000000, fmp says 0, 100 % apart.")]
    public void Values_may_lie_as_far_apart_as_tolerated(double close, double volume, string? difference) =>
        new BarComparison(0.005, 0.5).Difference(Stored, new RawBar(Start, 10, 11, 9, close, volume), "fmp").Should().Be(difference);

    [Theory]
    [InlineData("open", 10.2, 11, 9)]
    [InlineData("high", 10, 11.2, 9)]
    [InlineData("low", 10, 11, 9.2)]
    public void Each_price_is_compared(string name, double open, double high, double low) =>
        new BarComparison(0.005, 0.5).Difference(Stored, new RawBar(Start, open, high, low, 10.5, 1_000_000), "fmp").Should().StartWith(name + ": ").And.NotContain(";");

    [Fact]
    public async Task However_much_there_is_a_sample_is_no_collection_of_its_own()
    {
        using var house = new RunHouse(120, [new SeriesPlan(Interval.OneDay, Years: 1), new SeriesPlan(Interval.OneHour, Sessions: 1)], vendors: ["twelvedata", "fmp"]);
        house.CrossCheck.Share = 1;
        var plan = new PlanCrossCheck([house.Due], Microsoft.Extensions.Options.Options.Create(house.CrossCheck), new RunHouse.Host());

        (await plan.RunAsync(null!, new SampleOrder(Markets.UsStocks, Session))).Should().HaveCount(200);
    }

    [Fact]
    public void Values_that_are_no_numbers_are_not_compared() =>
        new BarComparison(0.005, 0.5).Difference(Stored, new RawBar(Start, default, new RawValue("n/a"), 9, 10.5, default), "fmp").Should().BeNull();

    [Fact]
    public void The_sample_is_the_same_for_everybody_and_another_one_each_day()
    {
        var symbols = Enumerable.Range(0, 10_000).Select(number => $"S{number}").ToList();

        var sample = CrossCheckSample.Of(symbols, Session, 0.01);

        sample.Should().HaveCountGreaterThan(70).And.HaveCountLessThan(130);
        CrossCheckSample.Of([.. symbols.AsEnumerable().Reverse()], Session, 0.01).Should().Equal(sample);
        CrossCheckSample.Of(symbols, Session.AddDays(1), 0.01).Intersect(sample).Should().HaveCountLessThan(10);
        CrossCheckSample.Of(["A"], Session, 0.01).Should().Equal("A");
        CrossCheckSample.Of([], Session, 0.01).Should().BeEmpty();
    }

    private Task<string> CheckAsync() => _house.Stage.RunAsync(
        new CrossCheckSession(), $"cross-check-{Session:yyyy-MM-dd}", new CrossCheckInput("ticket", Markets.UsStocks, Session, RunHouse.Noon, PartPatience.Of(_house.Options)));
}
