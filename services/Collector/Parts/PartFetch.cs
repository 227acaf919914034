using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Parts;

/// <summary>
/// Makes the request of a part and publishes what it brings: one message a symbol, numbered, so that Writer's receipts tell what became of it
/// and a repetition counts once.
/// </summary>
internal sealed class PartFetch(
    IEnumerable<DueBars> schedules, ExchangeCalendar calendar, BarPublisher publisher, RunAnnouncer announcer, TimeProvider time, ILogger<PartFetch> logger)
{
    private readonly Dictionary<string, DueBars> _schedules = schedules.ToDictionary(schedule => schedule.Plan.Provider.Name, StringComparer.Ordinal);

    public async Task<FetchedPart> RunAsync(CollectPart part, CancellationToken cancellationToken)
    {
        if (!_schedules.TryGetValue(part.Provider, out var schedule))
            return new FetchedPart([], new FetchFailure(ProviderErrorKind.NotSupported, $"There is no provider '{part.Provider}' any more."));

        var provider = schedule.Plan.Provider;
        var answer = await provider.GetBarsAsync(
            new BarsRequest([.. part.Symbols.Select(wanted => wanted.Symbol)], part.Interval, part.From, part.To), cancellationToken);
        await announcer.SayAsync(
            new RunRequest(part.RunId, answer.RequestId, part.Step, provider.Name, answer.At, answer.Credits, answer.Error?.Detail), cancellationToken);
        if (!answer.IsSuccess)
        {
            logger.ProviderFailed(provider.Name, answer.Error.Kind, answer.Error.Detail);
            foreach (var wanted in part.Symbols.Where(_ => part.Scheduled))
                schedule.Failed(wanted.Symbol, part.Interval, answer.Error);
            return new FetchedPart([], FetchFailure.Of(answer.Error));
        }

        var answers = part.Symbols.Select(wanted => (Wanted: wanted, Answer: AnswerOf(wanted.Symbol, answer.Value))).ToList();
        var provenance = new Provenance(provider.Name, answer.RequestId, answer.At);
        await publisher.PublishAsync(
            Topic(part),
            answers.Where(symbol => symbol.Answer.Value is { Count: > 0 }).Select(symbol => new RawBars(
                symbol.Wanted.Symbol, part.Interval, provenance with { Import = new ImportBatch(part.RunId, symbol.Wanted.Message) }, symbol.Answer.Value!)),
            cancellationToken);

        // Only now: what was not published is asked again at once.
        if (part.Scheduled)
            Remember(schedule, part, answers);
        return new FetchedPart(
            [.. answers.Select(symbol => new FetchedSymbol(symbol.Wanted.Symbol, symbol.Wanted.Message, symbol.Answer.Value?.Count ?? 0, FetchFailure.Of(symbol.Answer.Error)))]);
    }

    private static SymbolAnswer<IReadOnlyList<RawBar>> AnswerOf(string symbol, IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> answers)
    {
        if (!answers.TryGetValue(symbol, out var answer) || answer is { Value: null, Error: null })
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The answer says nothing of this symbol.");
        return answer.Value is { Count: > RawBars.MaxBars }
            ? SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"The answer has {answer.Value.Count} bars, more than were asked for.")
            : answer;
    }

    private void Remember(DueBars schedule, CollectPart part, IEnumerable<(PartSymbol Wanted, SymbolAnswer<IReadOnlyList<RawBar>> Answer)> answers)
    {
        foreach (var (wanted, answer) in answers)
        {
            if (answer.IsSuccess)
            {
                schedule.Answered(wanted.Symbol, part, wanted.Starts, answer.Value.Select(bar => bar.Start).ToHashSet());
                continue;
            }

            logger.SymbolNotCollected(part.Provider, wanted.Symbol, part.Interval.Code, answer.Error!.Kind, answer.Error.Detail);
            schedule.Failed(wanted.Symbol, part.Interval, answer.Error);
        }
    }

    /// <summary>Bars of the session under way, or of the last one, are live; everything older is history and must not delay them.</summary>
    private string Topic(CollectPart part) =>
        part.Lane == PartLane.ByAge && calendar.LastOpenedSession(time.GetUtcNow()) is { } session && part.From >= session.DayStart
            ? Topics.RawBars
            : Topics.RawBarsHistory;
}
