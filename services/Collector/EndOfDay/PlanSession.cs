using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Market;

namespace StocksDapr.Collector.EndOfDay;

internal sealed record ClosePlanOrder(string RunId, DateOnly Session, CloseProgress Progress);

/// <param name="Parts">The next ones, as many as one generation of the workflow does.</param>
/// <param name="OfRound">How many the round has.</param>
internal sealed record ClosePlan(IReadOnlyList<CollectPart> Parts, int OfRound);

/// <summary>
/// Activity: which requests a round takes. The first one is for the whole session, for corrections, from the provider that is asked first: nobody else is to put values
/// of his own in the place of those that are there. The others are for the bars that are missing, each round beginning with another provider.
/// </summary>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
/// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
internal sealed class PlanSession(
    IEnumerable<DueBars> schedules, IStoredBars storedBars, ExchangeCalendar calendar, IHostApplicationLifetime host) : WorkflowActivity<ClosePlanOrder, ClosePlan>
{
    private const int PartsPerGeneration = 40;
    private const int StepsPerRound = 1_000;

    public override async Task<ClosePlan> RunAsync(WorkflowActivityContext context, ClosePlanOrder input)
    {
        var (progress, session) = (input.Progress, calendar.SessionOn(input.Session));
        var requests = new List<Request>();
        foreach (var schedule in schedules)
        {
            foreach (var series in schedule.Plan.Series)
                requests.AddRange(await RequestsAsync(schedule, series.Interval, session, progress, host.ApplicationStopping));
        }

        var message = progress.Messages;
        var parts = new List<CollectPart>();
        foreach (var request in requests.Skip(progress.Next).Take(PartsPerGeneration))
        {
            var number = progress.Next + parts.Count;
            parts.Add(new CollectPart(
                input.RunId, $"part-{progress.Round}-{number}", (progress.Round * StepsPerRound) + 1 + number, $"{request.Interval} bars of {request.Symbols.Count} symbols of {request.Market}",
                request.Market, request.Providers, request.Interval, session.BarStart(request.Interval, 0), session.BarStart(request.Interval, session.BarCount(request.Interval) - 1),
                [.. request.Symbols.Select((wanted, index) => wanted with { Message = message + index })], PartLane.ByAge)
            {
                DueSince = progress.Round == 0 ? null : session.Close,
            });
            message += request.Symbols.Count;
        }

        return new ClosePlan(parts, requests.Count);
    }

    private async Task<IEnumerable<Request>> RequestsAsync(DueBars schedule, Interval interval, Session session, CloseProgress progress, CancellationToken cancellationToken)
    {
        var (market, sources) = (schedule.Plan.Market, await schedule.Sources.GetAsync(interval, cancellationToken));
        if (sources.Count == 0)
            return [];

        var asked = progress.Round == 0 ? [sources[0]] : InTurn(sources, progress.Round);
        var wanted = progress.Check is { } check
            ? await MissingAsync([.. check.Incomplete.Where(lacking => lacking.Market == market && lacking.Interval == interval).Select(lacking => lacking.Symbol)], interval, session, cancellationToken)
            : [.. (await schedule.ListedOnAsync(session.Date, interval, cancellationToken)).Select(symbol => new PartSymbol(symbol, 0))];
        if (wanted.Count == 0)
            return [];

        var (from, to) = (session.BarStart(interval, 0), session.BarStart(interval, session.BarCount(interval) - 1));
        var size = Math.Max(1, asked[0].SymbolsPerRequest([.. wanted.Select(symbol => symbol.Symbol)], from, to));
        return wanted.Chunk(size).Select(symbols => new Request(market, [.. asked.Select(source => source.Name)], interval, symbols));
    }

    private static List<Source> InTurn(IReadOnlyList<Source> sources, int round) => [.. sources.Skip(round % sources.Count), .. sources.Take(round % sources.Count)];

    private async Task<IReadOnlyList<PartSymbol>> MissingAsync(string[] symbols, Interval interval, Session session, CancellationToken cancellationToken)
    {
        if (symbols.Length == 0)
            return [];

        var expected = Enumerable.Range(0, session.BarCount(interval)).Select(index => session.BarStart(interval, index)).ToList();
        var stored = await storedBars.GetStartsAsync(symbols, interval, expected[0], expected[^1], cancellationToken);
        return
        [
            .. symbols.Select(symbol => new PartSymbol(symbol, 0, [.. expected.Except(stored.GetValueOrDefault(symbol, []))])).Where(wanted => wanted.Starts!.Count > 0),
        ];
    }

    private sealed record Request(string Market, IReadOnlyList<string> Providers, Interval Interval, IReadOnlyList<PartSymbol> Symbols);
}
