using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Market;

namespace StocksDapr.Collector.EndOfDay;

internal sealed record CheckOrder(DateOnly Session);

/// <summary>Activity: compares the bars that the calendar has in a session with those that Query has.</summary>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
/// <exception cref="StoredBarsUnknownException">Query cannot be asked: unknown is not complete.</exception>
internal sealed class CheckSession(
    IEnumerable<DueBars> schedules, IStoredBars storedBars, ExchangeCalendar calendar, IHostApplicationLifetime host) : WorkflowActivity<CheckOrder, SessionCheck>
{
    /// <summary>As many as a workflow's history can well hold; the summary tells how many there are.</summary>
    private const int MaxIncomplete = 1_000;

    public override async Task<SessionCheck> RunAsync(WorkflowActivityContext context, CheckOrder input)
    {
        var session = calendar.SessionOn(input.Session);
        var (series, complete) = (0, 0);
        var incomplete = new List<IncompleteSeries>();
        foreach (var schedule in schedules)
        {
            foreach (var interval in schedule.Plan.Series.Select(planned => planned.Interval))
            {
                if (await schedule.NewestAsync(interval, host.ApplicationStopping) is null)
                    continue;

                var symbols = await schedule.ListedOnAsync(input.Session, interval, host.ApplicationStopping);
                var expected = Enumerable.Range(0, session.BarCount(interval)).Select(index => session.BarStart(interval, index)).ToList();
                var stored = await storedBars.GetStartsAsync(symbols, interval, expected[0], expected[^1], host.ApplicationStopping);
                series += symbols.Count;
                foreach (var symbol in symbols)
                {
                    var missing = expected.Except(stored.GetValueOrDefault(symbol, [])).Count();
                    if (missing == 0)
                        complete++;
                    else if (incomplete.Count < MaxIncomplete)
                        incomplete.Add(new IncompleteSeries(schedule.Plan.Market, interval, symbol, missing));
                }
            }
        }

        return new SessionCheck(series, complete, incomplete);
    }
}
