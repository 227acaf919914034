using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// The instruments of one provider, their splits and dividends. Published at start, when a session opens and from time to time: the messages say
/// everything each time, so one that was lost is made good by the next.
/// </summary>
internal sealed class ReferenceData(
    CollectionPlan plan, ExchangeCalendar calendar, BarPublisher publisher, TimeProvider time, CollectionOptions options, ILogger logger)
{
    private const int InstrumentsPerMessage = 1_000;

    private Published? _instruments;
    private Published? _actions;

    /// <summary>What can be collected; empty as long as the provider has never said. In the order of the provider.</summary>
    public IReadOnlyList<ListedInstrument> Instruments { get; private set; } = [];

    /// <summary>Fetches and publishes the instruments, if it is time.</summary>
    /// <returns>Why the provider did not answer; null if it did, or was not asked.</returns>
    public async Task<ProviderError?> RefreshInstrumentsAsync(CancellationToken cancellationToken)
    {
        if (!IsTime(_instruments))
            return null;

        var due = Now();
        var answer = await plan.Provider.GetInstrumentsAsync(cancellationToken);
        if (!answer.IsSuccess)
            return answer.Error;

        var provenance = new Provenance(plan.Provider.Name, answer.RequestId, answer.At);
        foreach (var part in answer.Value.Chunk(InstrumentsPerMessage))
        {
            var message = new Instruments(provenance, [.. part.Select(listed => listed.Instrument)]);
            await publisher.PublishAsync(Topics.Instruments, plan.Provider.Name, message, cancellationToken);
        }

        Instruments = answer.Value;
        _instruments = due;
        logger.InstrumentsPublished(plan.Provider.Name, answer.Value.Count);
        return null;
    }

    /// <summary>Fetches and publishes splits and dividends of all the time for which bars are wanted, if it is time.</summary>
    /// <returns>Why the provider did not answer; null if it did, or was not asked.</returns>
    public async Task<ProviderError?> RefreshActionsAsync(CancellationToken cancellationToken)
    {
        if (!IsTime(_actions))
            return null;

        var due = Now();
        var now = time.GetUtcNow();
        var first = plan.Series.Select(series => series.FirstStart(calendar, now, listedOn: null)).Min();
        if (first is null)
            return null;

        var (from, to, count) = (DateOnly.FromDateTime(first.Value.UtcDateTime), NewYorkTime.DateAt(now), 0);
        foreach (var symbols in Instruments.Select(listed => listed.Instrument.Symbol).Chunk(plan.Provider.Capabilities.MaxSymbols))
        {
            var answer = await plan.Provider.GetCorporateActionsAsync(symbols, from, to, cancellationToken);
            if (!answer.IsSuccess)
                return answer.Error;

            var provenance = new Provenance(plan.Provider.Name, answer.RequestId, answer.At);
            foreach (var (symbol, actions) in answer.Value)
            {
                if (actions.Value is not { Count: > 0 } known)
                    continue;

                await publisher.PublishAsync(
                    Topics.CorporateActions, symbol, new CorporateActions(symbol, provenance, known), cancellationToken);
                count += known.Count;
            }
        }

        _actions = due;
        logger.ActionsPublished(plan.Provider.Name, count);
        return null;
    }

    private Published Now() => new(time.GetUtcNow(), calendar.LastOpenedSession(time.GetUtcNow())?.Date);

    private bool IsTime(Published? last) =>
        last is null || Now() is var now && (now.At - last.At >= options.ReferenceDataEvery || now.Session != last.Session);

    private sealed record Published(DateTimeOffset At, DateOnly? Session);
}
