using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// The instruments of one market, their splits and dividends. The messages about them say everything each time, so one that was lost is made
/// good by the next. Safe to use from several threads.
/// </summary>
internal sealed class Listing(
    CollectionPlan plan, ExchangeCalendar calendar, BarPublisher publisher, TimeProvider time, CollectionOptions options, ILogger logger)
{
    private const int InstrumentsPerMessage = 1_000;

    /// <summary>From midnight UTC: an hour after New York's close in winter, two in summer.</summary>
    private static readonly TimeSpan AfterClose = TimeSpan.FromHours(22);

    private Known? _known;

    /// <summary>What can be collected, in the order of the roster; asked for when what is known is from before the newest <see cref="Due"/>.</summary>
    /// <exception cref="ListingUnknownException">The roster cannot be had.</exception>
    public async Task<IReadOnlyList<ListedInstrument>> GetAsync(CancellationToken cancellationToken)
    {
        var due = Due();
        if (!plan.Roster.IsLive && Volatile.Read(ref _known) is { } known && known.Due >= due)
            return known.Instruments;

        var answer = await plan.Roster.GetAsync(cancellationToken);
        if (answer.IsSuccess)
            return Remember(due, answer.Value);

        // Old is better than nothing: instruments change rarely.
        return Volatile.Read(ref _known)?.Instruments ?? throw new ListingUnknownException(answer.Error.Detail);
    }

    /// <summary>
    /// When the instruments are to be fetched, as it stands now: every so many hours, and when a session opens. Where that costs of a budget, it is after the close, when
    /// the bars that are due have been paid for.
    /// </summary>
    public DateTimeOffset Due()
    {
        var now = time.GetUtcNow();
        if (plan.ReferenceDataEvery is { } every)
            return Last(every, now - AfterClose) + AfterClose;

        var regular = Last(options.ReferenceDataEvery, now);
        return calendar.LastOpenedSession(now) is { } session && session.Open > regular ? session.Open : regular;
    }

    /// <summary>Fetches and publishes the instruments.</summary>
    public async Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> PublishInstrumentsAsync(CancellationToken cancellationToken)
    {
        var due = Due();
        var answer = await plan.Roster.GetAsync(cancellationToken);
        if (!answer.IsSuccess)
            return answer;

        var provenance = new Provenance(plan.Roster.Source, answer.RequestId, answer.At);
        foreach (var part in answer.Value.Chunk(InstrumentsPerMessage))
        {
            var message = new Instruments(provenance, [.. part.Select(listed => listed.Instrument)]);
            await publisher.PublishAsync(Topics.Instruments, plan.Roster.Source, message, cancellationToken);
        }

        Remember(due, answer.Value);
        logger.InstrumentsPublished(plan.Market, answer.Value.Count);
        return answer;
    }

    /// <summary>Fetches from one provider and publishes splits and dividends of some symbols, of all the time for which bars are wanted.</summary>
    /// <returns>The answer; null when nothing is wanted. Its published actions are counted.</returns>
    public async Task<(ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>? Answer, int Published)> PublishActionsAsync(
        IMarketDataProvider provider, IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (plan.Series.Select(series => series.FirstStart(calendar, now, listedOn: null)).Min() is not { } first)
            return (null, 0);

        var answer = await provider.GetCorporateActionsAsync(symbols, DateOnly.FromDateTime(first.UtcDateTime), NewYorkTime.DateAt(now), cancellationToken);
        if (!answer.IsSuccess)
            return (answer, 0);

        var provenance = new Provenance(provider.Name, answer.RequestId, answer.At);
        var count = 0;
        foreach (var (symbol, actions) in answer.Value)
        {
            if (actions.Value is not { Count: > 0 } known)
                continue;

            await publisher.PublishAsync(Topics.CorporateActions, symbol, new CorporateActions(symbol, provenance, known), cancellationToken);
            count += known.Count;
        }

        logger.ActionsPublished(provider.Name, count);
        return (answer, count);
    }

    private static DateTimeOffset Last(TimeSpan every, DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % every.Ticks), TimeSpan.Zero);

    private IReadOnlyList<ListedInstrument> Remember(DateTimeOffset due, IReadOnlyList<ListedInstrument> instruments)
    {
        Volatile.Write(ref _known, new Known(due, instruments));
        return instruments;
    }

    private sealed record Known(DateTimeOffset Due, IReadOnlyList<ListedInstrument> Instruments);
}

/// <summary>Nobody has ever said which instruments a market has.</summary>
internal sealed class ListingUnknownException(string message) : Exception(message);
