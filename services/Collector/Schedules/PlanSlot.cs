using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

internal sealed record PlanOrder(string RunId, string Market, Interval Interval, IReadOnlyList<string>? Symbols, SlotProgress Progress);

/// <param name="Parts">The next ones, as many as one generation of the workflow does.</param>
/// <param name="Total">All parts of the run, those included that have ended.</param>
/// <param name="HasMore">There are others.</param>
internal sealed record SlotPlan(IReadOnlyList<CollectPart> Parts, int Total, bool HasMore);

/// <summary>Activity: asks what is missing of a series.</summary>
/// <exception cref="StoredBarsUnknownException">Query cannot be asked: unknown is not empty.</exception>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
internal sealed class PlanSlot(IEnumerable<DueBars> schedules, IHostApplicationLifetime host) : WorkflowActivity<PlanOrder, SlotPlan>
{
    private const int PartsPerGeneration = 40;

    public override async Task<SlotPlan> RunAsync(WorkflowActivityContext context, PlanOrder input)
    {
        var schedule = schedules.FirstOrDefault(schedule => schedule.Plan.Market == input.Market);
        var series = schedule?.Plan.Series.FirstOrDefault(series => series.Interval == input.Interval);
        if (schedule is null || series is null)
            return new SlotPlan([], input.Progress.Parts, HasMore: false);

        var due = await schedule.FindAsync(series, input.Symbols, host.ApplicationStopping);
        var (number, message) = ((input.Progress.Round * 1_000) + 1, input.Progress.Messages);
        var parts = new List<CollectPart>();
        foreach (var request in due.Take(PartsPerGeneration))
        {
            parts.Add(new CollectPart(
                input.RunId, $"part-{number}", number, Name(request), input.Market, request.Providers, request.Interval, request.From, request.To,
                [.. request.Symbols.Select((symbol, index) => new PartSymbol(symbol.Symbol, message + index, symbol.Starts))], PartLane.ByAge, Scheduled: true)
            {
                DueSince = request.DueSince,
            });
            number++;
            message += request.Symbols.Count;
        }

        return new SlotPlan(parts, input.Progress.Parts + due.Count, due.Count > parts.Count);
    }

    private static string Name(DueRequest request) =>
        $"{request.Interval} bars of {(request.Symbols.Count == 1 ? request.Symbols[0].Symbol : $"{request.Symbols.Count} symbols")}, {request.From.UtcDateTime:yyyy-MM-dd} to {request.To.UtcDateTime:yyyy-MM-dd}";
}
