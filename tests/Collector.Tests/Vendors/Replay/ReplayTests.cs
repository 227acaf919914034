using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>
/// Every recorded answer through the provider of its vendor, from the socket on, as the answer to each question that the provider has: what the answer says is
/// found, value for value, by the question that it belongs to; to every other question it is an error, and no question ever ends in an exception. What it says
/// is read apart, by a <see cref="Witness"/>. How to replay more answers: CONTRIBUTING.
/// </summary>
public sealed class ReplayTests
{
    private static readonly DateOnly Earliest = new(1950, 1, 1);
    private static readonly DateOnly Latest = new(2049, 12, 31);

    /// <summary>Later than any answer is of.</summary>
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, string, int> Answers
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (var answer in RecordedAnswers.All.Where(answer => answer.Provider is not null))
            {
                foreach (var status in answer.Statuses)
                    data.Add(answer.Folder, answer.File, status);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Recorded_answer_is_what_it_says_to_its_own_question_and_an_error_to_others(string folder, string file, int status)
    {
        var answer = RecordedAnswers.All.Single(answer => answer.Folder == folder && answer.File == file);
        var testimony = Witness.Of(answer, status);
        await using var bench = await ReplayBench.OpenAsync(answer.Provider!, Now);
        var body = answer.Body();
        var recorded = new EmulatedAnswer(status, "") { Bytes = body };
        var symbol = testimony.Bars.Keys.Concat(testimony.Quotes.Keys).Concat(testimony.Actions.Keys).Concat(answer.Symbols).Append(testimony.Chain?.Symbol ?? "AAPL").First();

        // Beside its bars a provider may want to know the splits, and beside dividends it asks for splits: those are not in the same answer.
        bench.Vendor.Instead = request => testimony.Bars.Count > 0 && Asks(request, "SPLIT") ? None(request) : recorded;
        await BarsAsync(bench, testimony, symbol);
        bench.Vendor.Instead = request =>
            testimony.ActionKind is { } kind && !Asks(request, kind == CorporateActionKind.Split ? "SPLIT" : "DIVIDEND") ? None(request) : recorded;
        await ActionsAsync(bench, testimony, symbol);
        bench.Says = recorded;
        if (bench.Provider is IQuoteProvider)
            await QuoteAsync(bench, testimony, symbol);
        bench.Vendor.Instead = request => Asks(request, "GETCRUMB") || Asks(request, "COOKIE") ? EmulatedAnswer.Ok("crumb") : recorded;
        if (bench.Provider is IOptionChainProvider chains)
            await ChainAsync(chains, testimony, symbol);
    }

    [Fact]
    public void Own_answers_are_there_for_every_vendor_and_every_question()
    {
        var said = RecordedAnswers.Own.Select(answer => (answer.Provider, Testimony: Witness.Of(answer, answer.Statuses[0]))).ToList();
        foreach (var provider in new[] { "twelvedata", "alphavantage", "finnhub", "fmp", "yahoo" })
        {
            var ofVendor = said.Where(item => item.Provider == provider).Select(item => item.Testimony).ToList();
            ofVendor.Should().Contain(testimony => testimony.Bars.Values.Any(bars => bars.Count > 0), provider);
            ofVendor.Should().Contain(testimony => testimony.Quotes.Count > 0, provider);
            ofVendor.Should().Contain(testimony => testimony.Actions.Values.Any(actions => actions.Count > 0), provider);
            ofVendor.Should().Contain(testimony => testimony.Refusal != null, provider);
        }
    }

    private static async Task BarsAsync(ReplayBench bench, Testimony testimony, string symbol)
    {
        foreach (var (theirs, expected) in testimony.Bars)
        {
            var ours = Ours(theirs);
            var interval = testimony.Interval!;
            bench.Provider.Capabilities.Intervals.Should().ContainKey(interval, "{0} bars were recorded", interval);
            var read = new List<RawBar>();
            foreach (var (from, to) in Ranges(expected, interval, bench.Provider.Capabilities.MaxBars))
            {
                var (bars, error) = await bench.BarsAsync(ours, interval, from, to);
                error.Should().BeNull(ours);
                read.AddRange(bars!);
            }

            ShouldBe(read, expected, testimony);
        }

        if (testimony.Bars.Count > 0)
            return;
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
        {
            var (bars, error) = await bench.BarsAsync(Ours(symbol), interval, Now.AddDays(-1), Now);
            ShouldRefuse(error, bars?.Count, testimony);
        }
    }

    private static async Task ActionsAsync(ReplayBench bench, Testimony testimony, string symbol)
    {
        foreach (var (theirs, expected) in testimony.Actions)
        {
            var (actions, error) = await bench.ActionsAsync(Ours(theirs), Earliest, Latest);
            error.Should().BeNull(theirs);
            actions!.Select(action => (action.Kind, action.ExDate)).Should().BeEquivalentTo(expected.Select(action => (action.Kind, action.ExDate)));
            foreach (var (one, other) in actions!.OrderBy(action => action.ExDate).ThenBy(action => action.Kind).Zip(expected.OrderBy(action => action.ExDate).ThenBy(action => action.Kind)))
                one.Value.Should().BeApproximately(other.Value, other.Value * Math.Max(testimony.Tolerance, 1e-12));
        }

        if (testimony.Actions.Count > 0 || !bench.Provider.Capabilities.HasCorporateActions)
            return;
        var (found, refusal) = await bench.ActionsAsync(Ours(symbol), Earliest, Latest);
        ShouldRefuse(refusal, found?.Count, testimony);
    }

    private static async Task QuoteAsync(ReplayBench bench, Testimony testimony, string symbol)
    {
        foreach (var (theirs, price) in testimony.Quotes)
        {
            var (quote, error) = await bench.QuoteAsync(Ours(theirs));
            error.Should().BeNull(theirs);
            quote!.Price.Should().BeApproximately(price, price * Math.Max(testimony.Tolerance, 1e-12));
            quote.At.Should().BeBefore(Now).And.BeAfter(DateTimeOffset.UnixEpoch);
        }

        if (testimony.Quotes.Count > 0)
            return;
        var (found, refusal) = await bench.QuoteAsync(Ours(symbol));
        ShouldRefuse(refusal, found is null ? null : 1, testimony);
    }

    private static async Task ChainAsync(IOptionChainProvider provider, Testimony testimony, string symbol)
    {
        if (testimony.Chain is not { } chain)
        {
            var refused = await provider.GetOptionChainAsync(Ours(symbol), Earliest, Latest, default);
            ShouldRefuse(refused.Error, refused.Value?.Contracts.Count, testimony);
            return;
        }

        // The other pages of a chain are not in the same answer.
        var answer = await provider.GetOptionChainAsync(Ours(chain.Symbol), provider is YahooProvider ? chain.Expiry : Earliest, chain.Expiry, default);
        answer.Error.Should().BeNull();
        answer.Value!.Contracts.Select(contract => (contract.Contract, contract.Expiry)).Should().BeEquivalentTo(chain.Contracts);
        answer.Value.Contracts.Should().NotContain(
            contract => contract.Bid <= 0 || contract.Ask <= 0 || contract.Last <= 0 || contract.ImpliedVolatility < 1e-4, "what is not quoted is null and never zero");
    }

    private static void ShouldRefuse(ProviderError? error, int? found, Testimony testimony)
    {
        if (testimony.IsAmbiguous)
            return;
        if (testimony.IsNothing)
        {
            (found ?? 0).Should().Be(0);
            return;
        }

        error.Should().NotBeNull("{0} were found where there are none", found);
        if (testimony.Refusal is { Count: > 0 } kinds)
            kinds.Should().Contain(error!.Kind);
    }

    private static void ShouldBe(List<RawBar> read, IReadOnlyList<RawBar> expected, Testimony testimony)
    {
        var truth = expected.ToLookup(bar => bar.Start);
        var isNeeded = expected.Any(bar => Witness.IsInRegularSession(bar.Start, testimony.Interval!) && Witness.IsInRegularSession(bar.Start - testimony.Interval!.Length, testimony.Interval));
        if (testimony.MayLack && isNeeded)
            read.Should().NotBeEmpty();
        if (!testimony.MayLack)
            read.Select(bar => bar.Start).Order().Should().Equal(expected.Select(bar => bar.Start).Order());
        foreach (var bar in read)
        {
            // Named by its end, a bar is found one interval later.
            truth[bar.Start].Concat(testimony.MayLack ? truth[bar.Start + testimony.Interval!.Length] : [])
                .Should().Contain(recorded => IsSame(bar, recorded, testimony.Tolerance), "{0} was answered", bar);
        }
    }

    private static bool IsSame(RawBar one, RawBar other, double tolerance) =>
        IsNear(one.Open, other.Open, tolerance) && IsNear(one.High, other.High, tolerance) && IsNear(one.Low, other.Low, tolerance) && IsNear(one.Close, other.Close, tolerance)
        && IsNear(one.Volume, other.Volume, tolerance, slack: 1);

    private static bool IsNear(RawValue one, RawValue other, double tolerance, double slack = 0) =>
        one.TryGetNumber(out var number) && other.TryGetNumber(out var recorded)
            ? Math.Abs(number - recorded) <= (tolerance == 0 ? 0 : Math.Abs(recorded) * tolerance + slack)
            : one == other;

    /// <summary>From the first bar to the last, in ranges that one request may be for.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Ranges(IReadOnlyList<RawBar> bars, Interval interval, int most)
    {
        var starts = bars.Select(bar => bar.Start).Distinct().Order().ToList();
        for (var first = 0; first < starts.Count;)
        {
            var last = first;
            while (last + 1 < starts.Count && ExchangeCalendar.UsEquities.CountBars(interval, starts[first], starts[last + 1]) <= most)
                last++;
            yield return (starts[first], starts[last]);
            first = last + 1;
        }

        if (starts.Count == 0)
            yield return (Now.AddDays(-1), Now);
    }

    private static bool Asks(LoggedRequest request, string word)
    {
        var asked = $"{request.Path} {request.Query.GetValueOrDefault("function", "")}".ToUpperInvariant();
        return asked.Contains(word, StringComparison.Ordinal) && !asked.Contains("NON-SPLIT", StringComparison.Ordinal);
    }

    /// <summary>What the vendor says of a symbol that never had a split or dividend.</summary>
    private static EmulatedAnswer None(LoggedRequest request) => EmulatedAnswer.Ok(request.Path switch
    {
        "/splits" or "/dividends" when request.Query.ContainsKey("start_date") => """{"meta":{},"splits":[],"dividends":[]}""",
        "/query" => """{"data":[]}""",
        _ => "[]",
    });

    private static string Ours(string theirs) => Symbol.OfUsStock(theirs.ToUpperInvariant());
}
