using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Parts;

/// <summary>
/// Makes a request for a part, cut to what the provider takes, and publishes what it brings: one message a symbol, numbered, so that Writer's receipts tell
/// what became of it and a repetition counts once.
/// </summary>
internal sealed class PartFetch(
    IEnumerable<DueBars> schedules, ITrackedSymbols tracked, ExchangeCalendar calendar, BarPublisher publisher, RunAnnouncer announcer, TimeProvider time, ILogger<PartFetch> logger)
{
    /// <summary>Vendors count how far back they reach in days, and a part may have waited since it was planned.</summary>
    private static readonly TimeSpan ReachSlack = TimeSpan.FromDays(1);

    private readonly Dictionary<string, DueBars> _schedules = schedules.ToDictionary(schedule => schedule.Plan.Market, StringComparer.Ordinal);

    public async Task<FetchedPart> RunAsync(CollectPart part, string provider, CancellationToken cancellationToken)
    {
        if (!_schedules.TryGetValue(part.Market, out var schedule))
            return Refused(ProviderErrorKind.NotSupported, $"There is no market '{part.Market}' any more.");
        if (await schedule.Sources.FindAsync(provider, part.Interval, cancellationToken) is not { } source)
            return Refused(ProviderErrorKind.NotEntitled, $"{provider} cannot be asked for {part.Interval} bars: it is not configured, or has no key.");
        if (!source.Reaches(part.From + ReachSlack))
            return Refused(ProviderErrorKind.NotSupported, $"{provider} has no {part.Interval} bars from before {source.Since:yyyy-MM-dd}.");

        var (asked, next) = Cut(part, source);
        if (asked.Symbols.Count == 0)
            return Refused(ProviderErrorKind.NotSupported, $"A request costs more credits than a key of {provider} can ever pay for.");

        var answer = await source.Provider.GetBarsAsync(
            new BarsRequest([.. asked.Symbols.Select(wanted => wanted.Symbol)], asked.Interval, asked.From, asked.To) { DueSince = asked.DueSince }, cancellationToken);
        await announcer.SayAskedAsync(part.RunId, part.Step, provider, answer, cancellationToken);
        if (!answer.IsSuccess)
        {
            logger.ProviderFailed(provider, answer.Error.Kind, answer.Error.Detail);
            foreach (var wanted in asked.Symbols.Where(_ => part.Scheduled))
                schedule.Failed(wanted.Symbol, part.Interval, answer.Error);
            return Failed(asked, next, FetchFailure.Of(answer.Error)!);
        }

        var answers = asked.Symbols.Select(wanted => (Wanted: wanted, Answer: Wanted(wanted, AnswerOf(wanted.Symbol, answer.Value)))).ToList();
        var provenance = new Provenance(provider, answer.RequestId, answer.At);
        await publisher.PublishAsync(
            Topic(part),
            answers.Where(symbol => symbol.Answer.Value is { Count: > 0 }).Select(symbol => new RawBars(
                symbol.Wanted.Symbol, part.Interval, provenance with { Import = new ImportBatch(part.RunId, symbol.Wanted.Message) }, symbol.Answer.Value!)),
            cancellationToken);
        if (part.Market != Markets.Simulated)
            await tracked.FoundAsync([.. answers.Where(symbol => symbol.Answer.Value is { Count: > 0 }).Select(symbol => symbol.Wanted.Symbol)], cancellationToken);

        // Only now: what was not published is asked again at once.
        if (part.Scheduled)
            Remember(schedule, asked, provider, answers);
        return new FetchedPart(
            [.. answers.Select(symbol => new FetchedSymbol(symbol.Wanted.Symbol, symbol.Wanted.Message, symbol.Answer.Value?.Count ?? 0, FetchFailure.Of(symbol.Answer.Error)))], null, next);
    }

    private static FetchedPart Refused(ProviderErrorKind kind, string detail) => new([], new FetchFailure(kind, detail));

    /// <summary>
    /// Of a vendor that is asked for one symbol at a time, what is wrong with the symbol is wrong with the request: that says nothing of the others.
    /// </summary>
    private static FetchedPart Failed(CollectPart asked, DateTimeOffset? next, FetchFailure failure) =>
        asked.Symbols is [var only] && failure.Kind is (ProviderErrorKind.UnknownSymbol or ProviderErrorKind.NotSupported or ProviderErrorKind.Malformed)
            ? new FetchedPart([new FetchedSymbol(only.Symbol, only.Message, 0, failure)], null, next)
            : new FetchedPart([], failure);

    /// <summary>As much of the part as one request can be for, and the start of the first bar after it.</summary>
    private (CollectPart Asked, DateTimeOffset? Next) Cut(CollectPart part, Source source)
    {
        DateTimeOffset? next = null;
        var to = part.To;
        if (calendar.CountBars(part.Interval, part.From, part.To) > source.MaxBars)
        {
            var starts = SeriesWatch.Starts(calendar, part.Interval, part.From, part.To);
            (to, next) = (starts[source.MaxBars - 1], starts[source.MaxBars]);
        }

        var count = source.SymbolsPerRequest([.. part.Symbols.Select(wanted => wanted.Symbol)], part.From, to);
        return (part with { To = to, Symbols = [.. part.Symbols.Take(count)] }, next);
    }

    /// <summary>Of an answer those bars that are wanted: what is there already stays as the one who delivered it said.</summary>
    private static SymbolAnswer<IReadOnlyList<RawBar>> Wanted(PartSymbol wanted, SymbolAnswer<IReadOnlyList<RawBar>> answer)
    {
        if (wanted.Starts is null || !answer.IsSuccess)
            return answer;
        var starts = wanted.Starts.ToHashSet();
        return SymbolAnswer<IReadOnlyList<RawBar>>.Of([.. answer.Value.Where(bar => starts.Contains(bar.Start))]);
    }

    private static SymbolAnswer<IReadOnlyList<RawBar>> AnswerOf(string symbol, IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> answers)
    {
        if (!answers.TryGetValue(symbol, out var answer) || answer is { Value: null, Error: null })
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The answer says nothing of this symbol.");
        return answer.Value is { Count: > RawBars.MaxBars }
            ? SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"The answer has {answer.Value.Count} bars, more than were asked for.")
            : answer;
    }

    private void Remember(
        DueBars schedule, CollectPart part, string provider, IEnumerable<(PartSymbol Wanted, SymbolAnswer<IReadOnlyList<RawBar>> Answer)> answers)
    {
        var all = SeriesWatch.Starts(calendar, part.Interval, part.From, part.To);
        foreach (var (wanted, answer) in answers)
        {
            if (answer.IsSuccess)
            {
                var asked = wanted.Starts is null ? all : [.. wanted.Starts.Where(start => start >= part.From && start <= part.To)];
                if (asked.Count > 0)
                    schedule.Answered(wanted.Symbol, part.Interval, asked, answer.Value.Select(bar => bar.Start).ToHashSet());
                continue;
            }

            logger.SymbolNotCollected(provider, wanted.Symbol, part.Interval.Code, answer.Error!.Kind, answer.Error.Detail);
            schedule.Failed(wanted.Symbol, part.Interval, answer.Error);
        }
    }

    /// <summary>Bars of the session under way, or of the last one, are live; everything older is history and must not delay them.</summary>
    private string Topic(CollectPart part) =>
        part.Lane == PartLane.ByAge && calendar.LastOpenedSession(time.GetUtcNow()) is { } session && part.From >= session.DayStart
            ? Topics.RawBars
            : Topics.RawBarsHistory;
}
