using Dapr.Workflow;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Market;

namespace StocksDapr.Collector.CrossChecks;

internal sealed record SampleOrder(string Market, DateOnly Session);

/// <summary>A symbol whose bars of an interval are looked at.</summary>
internal sealed record SampleItem(Interval Interval, string Symbol);

/// <summary>Activity: draws the sample of a session.</summary>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
internal sealed class PlanCrossCheck(IEnumerable<DueBars> schedules, IOptions<CrossCheckOptions> options, IHostApplicationLifetime host)
    : WorkflowActivity<SampleOrder, IReadOnlyList<SampleItem>>
{
    /// <summary>More would be a collection of its own.</summary>
    private const int MaxItems = 200;

    public override async Task<IReadOnlyList<SampleItem>> RunAsync(WorkflowActivityContext context, SampleOrder input)
    {
        var items = new List<SampleItem>();
        foreach (var schedule in schedules.Where(schedule => schedule.Plan.Market == input.Market))
        {
            foreach (var interval in schedule.Plan.Series.Select(series => series.Interval))
            {
                var symbols = await schedule.ListedOnAsync(input.Session, interval, host.ApplicationStopping);
                items.AddRange(CrossCheckSample.Of(symbols, input.Session, options.Value.Share).Select(symbol => new SampleItem(interval, symbol)));
            }
        }

        return [.. items.Take(MaxItems)];
    }
}
