using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Market;

namespace StocksDapr.Collector.EndOfDay;

internal sealed record ClosePlanOrder(string RunId, DateOnly Session, CloseProgress Progress);

/// <param name="Parts">The next ones, as many as one generation of the workflow does.</param>
/// <param name="OfRound">How many the round has.</param>
internal sealed record ClosePlan(IReadOnlyList<CollectPart> Parts, int OfRound);

/// <summary>Activity: which requests a round takes: for the whole session, or for what the last check found missing.</summary>
/// <exception cref="ListingUnknownException">A provider does not say which instruments it has.</exception>
internal sealed class PlanSession(IEnumerable<DueBars> schedules, ExchangeCalendar calendar, IHostApplicationLifetime host) : WorkflowActivity<ClosePlanOrder, ClosePlan>
{
    private const int PartsPerGeneration = 40;
    private const int StepsPerRound = 1_000;

    public override async Task<ClosePlan> RunAsync(WorkflowActivityContext context, ClosePlanOrder input)
    {
        var progress = input.Progress;
        var session = calendar.SessionOn(input.Session);
        var requests = new List<(string Provider, Interval Interval, string[] Symbols)>();
        foreach (var schedule in schedules)
        {
            foreach (var series in schedule.Plan.Series)
            {
                var symbols = progress.Check is { } check
                    ? check.Incomplete.Where(lacking => lacking.Provider == schedule.Plan.Provider.Name && lacking.Interval == series.Interval).Select(lacking => lacking.Symbol)
                    : await schedule.ListedOnAsync(input.Session, host.ApplicationStopping);
                requests.AddRange(symbols.Chunk(schedule.Plan.Provider.Capabilities.MaxSymbols).Select(some => (schedule.Plan.Provider.Name, series.Interval, some)));
            }
        }

        var message = progress.Messages;
        var parts = new List<CollectPart>();
        foreach (var (provider, interval, symbols) in requests.Skip(progress.Next).Take(PartsPerGeneration))
        {
            var number = progress.Next + parts.Count;
            parts.Add(new CollectPart(
                input.RunId, $"part-{progress.Round}-{number}", (progress.Round * StepsPerRound) + 1 + number, $"{interval} bars of {symbols.Length} symbols of {provider}", provider, interval,
                session.BarStart(interval, 0), session.BarStart(interval, session.BarCount(interval) - 1),
                [.. symbols.Select((symbol, index) => new PartSymbol(symbol, message + index))], PartLane.ByAge));
            message += symbols.Length;
        }

        return new ClosePlan(parts, requests.Count);
    }
}
