using Dapr.Workflow;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.CrossChecks;

internal sealed record CompareOrder(string RunId, string Step, string Market, DateOnly Session, Interval Interval, string Symbol);

/// <summary>Counts of bars.</summary>
/// <param name="Agreed">Both say the same, within the tolerances.</param>
/// <param name="Differing">They do not; each is a finding.</param>
/// <param name="NotCompared">Nobody else can be asked for it, or who was asked does not have it.</param>
/// <param name="Failure">Why there is no answer; null if there is one.</param>
internal sealed record Compared(int Agreed, int Differing, int NotCompared, FetchFailure? Failure = null);

/// <summary>Activity: compares the stored bars of a symbol in a session with what a second provider says, and publishes findings where they differ.</summary>
/// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
internal sealed class CompareSymbol(
    IEnumerable<DueBars> schedules,
    IStoredValues values,
    ExchangeCalendar calendar,
    BarPublisher publisher,
    RunAnnouncer announcer,
    IOptions<CrossCheckOptions> options,
    CollectorMetrics metrics,
    IHostApplicationLifetime host) : WorkflowActivity<CompareOrder, Compared>
{
    public override async Task<Compared> RunAsync(WorkflowActivityContext context, CompareOrder input)
    {
        var (session, cancellation) = (calendar.SessionOn(input.Session), host.ApplicationStopping);
        if (schedules.FirstOrDefault(schedule => schedule.Plan.Market == input.Market) is not { } schedule)
            return new Compared(0, 0, 0);

        var stored = await values.GetAsync(input.Symbol, input.Interval, session, cancellation);
        var delivered = stored.Select(bar => bar.Source).ToHashSet(StringComparer.Ordinal);
        var second = (await schedule.Sources.GetAsync(input.Interval, cancellation))
            .FirstOrDefault(source => !delivered.Contains(source.Name) && source.Reaches(session.BarStart(input.Interval, 0)));
        if (stored.Count == 0 || second is null)
            return Counted(new Compared(0, 0, stored.Count));

        // No DueSince: whatever is due goes first.
        var answer = await second.Provider.GetBarsAsync(new BarsRequest([input.Symbol], input.Interval, stored[0].Start, stored[^1].Start), cancellation);
        await announcer.SayAskedAsync(input.RunId, input.Step, second.Name, answer, cancellation);
        var said = answer.IsSuccess && answer.Value.TryGetValue(input.Symbol, out var symbol) ? symbol : new SymbolAnswer<IReadOnlyList<RawBar>>(null, answer.Error);
        if (said.Value is null)
            return new Compared(0, 0, stored.Count, FetchFailure.Of(said.Error));

        return Counted(await CompareAsync(input, stored, said.Value, new Provenance(second.Name, answer.RequestId, answer.At), cancellation));
    }

    private async Task<Compared> CompareAsync(CompareOrder input, IReadOnlyList<SourcedBar> stored, IReadOnlyList<RawBar> said, Provenance provenance, CancellationToken cancellationToken)
    {
        var comparison = new BarComparison(options.Value.PriceTolerance, options.Value.VolumeTolerance);
        var byStart = said.GroupBy(bar => bar.Start).ToDictionary(same => same.Key, same => same.Last());
        var findings = new List<Finding>();
        var compared = 0;
        foreach (var bar in stored.Where(bar => byStart.ContainsKey(bar.Start)))
        {
            compared++;
            if (comparison.Difference(bar, byStart[bar.Start], provenance.Provider) is { } difference)
                findings.Add(new Finding(BarComparison.Rule, bar.Start, difference));
        }

        if (findings.Count > 0)
            await publisher.PublishAsync(Topics.BarsHistory, input.Symbol, new CleanBars(input.Symbol, input.Interval, provenance, [], [], findings), cancellationToken);
        return new Compared(compared - findings.Count, findings.Count, stored.Count - compared);
    }

    private Compared Counted(Compared counts)
    {
        metrics.CrossChecked(counts.Agreed, counts.Differing, counts.NotCompared);
        return counts;
    }
}
