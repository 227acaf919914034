using System.Collections.Concurrent;
using System.Diagnostics;
using StocksDapr.Collector.Providers;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors;

public abstract partial class ProviderCompliance
{
    [Theory]
    [InlineData(VendorFault.Reset, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.CutOff, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.Status500, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.Status502Html, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.Status503, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.Status504, nameof(ProviderErrorKind.TimedOut))]
    [InlineData(VendorFault.Status429, nameof(ProviderErrorKind.RateLimited))]
    [InlineData(VendorFault.Status403Html, nameof(ProviderErrorKind.NotEntitled))]
    [InlineData(VendorFault.Redirect, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.BrokenJson, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.HtmlPage, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.EmptyBody, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.NoContent, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.JsonText, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.JsonNumber, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.JsonNull, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.OtherObject, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.DeepNesting, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.Garbage, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.Status404Html, nameof(ProviderErrorKind.Unavailable))]
    [InlineData(VendorFault.NotUnicode, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.BareNaN, nameof(ProviderErrorKind.Malformed))]
    [InlineData(VendorFault.PlainSentence, nameof(ProviderErrorKind.Malformed))]
    public async Task Fault_is_an_error_of_its_kind_never_an_exception_and_never_an_empty_success(VendorFault fault, string kind)
    {
        if (NoFaults.Contains(fault))
            return;

        await using var bench = await OpenAsync();
        foreach (var ask in Questions(bench))
        {
            bench.Emulator.Fault = fault;

            (await ask(default)).Should().NotBeEmpty().And.AllSatisfy(error => error.Should().Be(kind));

            bench.Emulator.Fault = VendorFault.None;
            (await ask(default)).Should().AllSatisfy(error => error.Should().BeNull("the fault is over"));
        }
    }

    [Theory]
    [InlineData(VendorFault.ByteOrderMark)]
    [InlineData(VendorFault.Gzip)]
    [InlineData(VendorFault.Brotli)]
    public async Task Dress_of_the_answer_does_not_matter(VendorFault dress)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Fault = dress;

        await ShouldAnswerTheMarketAsync(bench, [Symbols[0]], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7));
    }

    [Theory]
    [InlineData(VendorFault.Hang)]
    [InlineData(VendorFault.HangInBody)]
    public async Task Answer_that_does_not_come_in_time_is_a_time_out(VendorFault fault)
    {
        await using var bench = await OpenAsync();
        foreach (var ask in Questions(bench))
        {
            bench.Emulator.Fault = fault;
            var asked = bench.Emulator.Requests.Count;
            var asking = ask(default);
            await Eventually.BeTrueAsync(() => bench.Emulator.Requests.Count > asked && bench.Clock.PendingTimers > 0);
            asking.IsCompleted.Should().BeFalse();

            bench.Clock.Advance(ProviderBench.Timeout);

            (await asking).Should().NotBeEmpty().And.AllSatisfy(error => error.Should().Be(nameof(ProviderErrorKind.TimedOut)));
        }
    }

    [Fact]
    public async Task Caller_that_gives_up_gets_an_exception()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Fault = VendorFault.Hang;
        foreach (var ask in Questions(bench))
        {
            using var cancellation = new CancellationTokenSource();
            var asked = bench.Emulator.Requests.Count;
            var asking = ask(cancellation.Token);
            await Eventually.BeTrueAsync(() => bench.Emulator.Requests.Count > asked);

            await cancellation.CancelAsync();

            await FluentActions.Awaiting(() => asking).Should().ThrowAsync<OperationCanceledException>();
        }
    }

    [Fact]
    public async Task Limit_that_says_when_to_come_again_is_passed_on()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Fault = VendorFault.Status429RetryAfter;

        var answer = await DailyAsync(bench);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        answer.Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(37));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Budget_that_is_spent_is_a_limit_and_not_data(bool inTheMinute)
    {
        if (!WantsKey)
            return;

        await using var bench = await OpenAsync();
        if (inTheMinute)
            bench.Emulator.Budget.PerMinute = 0;
        else
            bench.Emulator.Budget.PerDay = 0;

        var answer = await DailyAsync(bench);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        answer.Error.IsTransient.Should().BeTrue();
        if (SaysWhenToComeAgain)
            answer.Error.RetryAfter.Should().BePositive();
        bench.Keys.Reports.Should().ContainSingle().Which.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
    }

    [Fact]
    public async Task Wrong_key_is_not_entitled_and_reported()
    {
        if (!WantsKey)
            return;

        await using var bench = await OpenAsync(key: VendorEmulator.WrongKey);

        var answer = await DailyAsync(bench);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        answer.Error.ConcernsThisRequestOnly.Should().BeFalse();
        bench.Keys.Reports.Should().ContainSingle().Which.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
    }

    [Fact]
    public async Task Request_that_the_keys_do_not_grant_is_not_made()
    {
        if (!WantsKey)
            return;

        await using var bench = await OpenAsync();
        bench.Keys.Refusal = new ProviderError(ProviderErrorKind.RateLimited, "Come again.", TimeSpan.FromSeconds(11));

        var answer = await DailyAsync(bench);

        answer.Error.Should().Be(bench.Keys.Refusal);
        answer.Credits.Should().Be(0);
        bench.Emulator.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Key_is_found_in_no_error_trace_or_answer()
    {
        if (!WantsKey)
            return;

        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var bench = await OpenAsync();
        var said = new List<string>();
        foreach (var fault in new[] { VendorFault.None, VendorFault.Reset, VendorFault.Status500, VendorFault.Status429, VendorFault.HtmlPage })
        {
            bench.Emulator.Fault = fault;
            said.Add((await DailyAsync(bench)).Error?.ToString() ?? "");
        }

        // The worst of vendors repeats the key in what it says, as it is or escaped.
        bench.Emulator.Fault = VendorFault.None;
        foreach (var status in new[] { 200, 400, 403, 429, 500 })
        {
            bench.Emulator.Instead = request => new EmulatedAnswer(
                status,
                $$"""{"code":{{status}},"status":"error","message":"Your key {{request.Key}} ({{Uri.EscapeDataString(request.Key!)}}) is wrong","Error Message":"key {{request.Key}}","Information":"key {{request.Key}}","error":"key {{request.Key}}"}""");
            var answer = await DailyAsync(bench);
            said.Add(answer.Error?.ToString() ?? "");
            said.AddRange(answer.Value?.Values.Select(symbol => symbol.Error?.ToString() ?? "") ?? []);
        }

        said.AddRange(spans.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Value}").Append(span.StatusDescription ?? "").Append(span.DisplayName)));
        said.AddRange(spans.SelectMany(span => span.Events).SelectMany(item => item.Tags.Select(tag => $"{tag.Value}")));
        said.Should().HaveCountGreaterThan(20).And.NotContain(text =>
            text.Contains(VendorEmulator.GoodKey) || text.Contains(Uri.EscapeDataString(VendorEmulator.GoodKey)));
    }

    [Fact]
    public async Task Credits_are_what_the_vendor_counts()
    {
        await using var bench = await OpenAsync();
        foreach (var count in new[] { 1, Math.Min(Symbols.Count, bench.Provider.Capabilities.MaxSymbols) })
        {
            var before = (Counted: bench.Emulator.Requests.Sum(request => request.Credits), bench.Keys.Spent);
            var request = new BarsRequest([.. Symbols.Take(count)], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7));

            var answer = await bench.Provider.GetBarsAsync(request, default);

            answer.Credits.Should().Be(bench.Provider.CreditsFor(request));
            if (WantsKey)
                (bench.Keys.Spent - before.Spent).Should().Be(answer.Credits);
            bench.Emulator.Requests.Sum(asked => asked.Credits).Should().Be(before.Counted + answer.Credits);
        }
    }

    [Fact]
    public async Task Question_beyond_the_capabilities_is_refused_without_asking()
    {
        await using var bench = await OpenAsync();
        var capabilities = bench.Provider.Capabilities;
        var tooMany = Enumerable.Range(0, capabilities.MaxSymbols + 1).Select(i => $"S{i}").ToList();
        var shortest = capabilities.Intervals.Keys.MinBy(interval => interval.Length)!;
        BarsRequest[] questions =
        [
            new(tooMany, Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)),
            new([], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)),
            new([Symbols[0]], Interval.All.First(interval => !capabilities.Intervals.ContainsKey(interval)), Day(2025, 11, 3), Day(2025, 11, 7)),
            new([Symbols[0]], shortest, Day(1999, 1, 4), Day(2025, 11, 7)),
            new([Symbols[0]], Interval.OneDay, Day(2025, 11, 7), Day(2025, 11, 3)),
        ];

        foreach (var question in questions)
        {
            var answer = await bench.Provider.GetBarsAsync(question, default);
            answer.Error!.Kind.Should().Be(ProviderErrorKind.NotSupported, $"{question}");
            answer.Credits.Should().Be(0);
        }

        bench.Emulator.Requests.Should().BeEmpty();
    }

    private protected static Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<Contracts.Messages.RawBar>>>>> DailyAsync(ProviderBench bench) =>
        bench.Provider.GetBarsAsync(new BarsRequest([EmulatedMarket.Apple], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

    /// <summary>Each kind of question that the provider answers; what comes back is the kind of each symbol's error, or of the whole answer's.</summary>
    private IEnumerable<Func<CancellationToken, Task<IReadOnlyList<string?>>>> Questions(ProviderBench bench)
    {
        string[] one = [Symbols[0]];
        string[] several = [.. Symbols.Take(bench.Provider.Capabilities.MaxSymbols)];
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys.Where(interval => interval == Interval.OneDay || interval == Interval.FifteenMinutes))
        {
            foreach (var symbols in several.Length > 1 ? new[] { one, several } : [one])
            {
                yield return async cancellationToken => ErrorsOf(
                    await bench.Provider.GetBarsAsync(new BarsRequest(symbols, interval, Day(2025, 11, 3), Day(2025, 11, 7)), cancellationToken));
            }
        }

        if (bench.Provider.Capabilities.HasCorporateActions)
        {
            yield return async cancellationToken => ErrorsOf(
                await bench.Provider.GetCorporateActionsAsync(one, EmulatedMarket.FirstDay, EmulatedMarket.LastDay, cancellationToken));
        }

        if (bench.Provider is IQuoteProvider quotes)
            yield return async cancellationToken => ErrorsOf(await quotes.GetQuotesAsync(one, cancellationToken));
    }

    private static IReadOnlyList<string?> ErrorsOf<T>(ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>> answer)
        where T : class =>
        answer.Error is { } error ? [error.Kind.ToString()] : [.. answer.Value!.Values.Select(symbol => symbol.Error?.Kind.ToString())];
}
