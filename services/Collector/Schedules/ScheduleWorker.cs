using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <summary>
/// Schedules the workflows of what is due, at start and whenever it is asked to. Every replica does; the workflows' ids, derived from what is
/// due, make one run of it. What goes wrong ends that look, not the next.
/// </summary>
internal sealed class ScheduleWorker(
    IEnumerable<DueBars> schedules,
    IWorkflowRuns workflows,
    ExchangeCalendar calendar,
    IOptions<CollectionOptions> collection,
    IOptions<EndOfDayOptions> endOfDay,
    TimeProvider time,
    CollectorMetrics metrics,
    ILogger<ScheduleWorker> logger) : BackgroundService
{
    /// <summary>Services and sidecars start in any order; the first look need not wait for the schedule because one of them came a moment later.</summary>
    private static readonly TimeSpan RetryUntilFirstLook = TimeSpan.FromSeconds(1);

    /// <summary>How long the others may take to start before that is worth a warning.</summary>
    private static readonly TimeSpan StartOfOthers = TimeSpan.FromSeconds(15);

    /// <summary>Symbols are to be known before they have bars, but not at any price.</summary>
    private static readonly TimeSpan InstrumentsFirst = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan InstrumentsPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The end of day waits until what is due is collected, but not for ever.</summary>
    private static readonly TimeSpan EndOfDayWaits = TimeSpan.FromMinutes(10);

    private readonly DueBars[] _schedules = [.. schedules];

    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly long _started = time.GetTimestamp();

    /// <summary>Ids that exist, so that they need not be looked up at each tick; whether they have been seen to end.</summary>
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Provider, Interval Interval), long> _lastHealed = [];

    /// <summary>Of slots that had to be collected again: how many times are over.</summary>
    private readonly Dictionary<string, int> _again = new(StringComparer.Ordinal);

    private (DateOnly Session, long Since)? _endOfDayWaiting;
    private bool _saidThatItCannot;
    private bool _hasLooked;

    /// <summary>Asks for a look and does not wait for it. Asking while one runs means one more after it, however often it was asked.</summary>
    public void Request() => _requests.Writer.TryWrite(true);

    /// <summary>Schedules what is due now.</summary>
    /// <exception cref="TaskHubException">The task hub cannot be asked; what was scheduled before stays so.</exception>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var schedule in _schedules)
        {
            await InstrumentsAsync(schedule, cancellationToken);
            foreach (var series in schedule.Plan.Series)
                await CollectAsync(schedule, series, cancellationToken);
        }

        await EndOfDayAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Request();
        await foreach (var _ in _requests.Reader.ReadAllAsync(stoppingToken))
        {
            await TryLookAsync(stoppingToken);
            if (_hasLooked)
                continue;

            await Task.Delay(RetryUntilFirstLook, time, stoppingToken);
            Request();
        }
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        using var activity = CollectorMetrics.Activities.StartActivity("schedule due");
        var began = time.GetTimestamp();
        var outcome = "done";
        try
        {
            await LookAsync(cancellationToken);
            _hasLooked = true;
            if (_saidThatItCannot)
                logger.ScheduledAgain();
            _saidThatItCannot = false;
        }
        catch (Exception e) when (e is TaskHubException or StoredBarsUnknownException or ListingUnknownException)
        {
            outcome = "not possible";
            if (!_saidThatItCannot && (_hasLooked || time.GetElapsedTime(_started) >= StartOfOthers))
            {
                logger.CannotSchedule(e.Message);
                _saidThatItCannot = true;
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = "failed";
            logger.ScheduleFailed(e);
        }

        metrics.Scheduled(time.GetElapsedTime(began), outcome);
    }

    private async Task InstrumentsAsync(DueBars schedule, CancellationToken cancellationToken)
    {
        var (provider, due) = (schedule.Plan.Provider.Name, schedule.Listing.Due());
        var id = Slots.Reference(provider, due);
        await EnsureAsync(nameof(FetchReference), id, () => new ReferenceInput(Ticket(), provider, due, Patience()), cancellationToken);
        var since = time.GetTimestamp();
        while (!_hasLooked && !await HasEndedAsync(id, cancellationToken) && time.GetElapsedTime(since) < InstrumentsFirst)
            await Task.Delay(InstrumentsPause, time, cancellationToken);
    }

    private async Task CollectAsync(DueBars schedule, SeriesPlan series, CancellationToken cancellationToken)
    {
        var (provider, interval) = (schedule.Plan.Provider.Name, series.Interval);
        if (schedule.NewestDue(interval) is not { } newest)
            return;

        var id = Slots.Collect(provider, interval, newest);
        var dueAt = schedule.DueAt(interval, newest);
        await EnsureAsync(nameof(CollectSlot), id, () => new SlotInput(Ticket(), provider, interval, newest, dueAt, Patience()), cancellationToken);

        // From time to time it is looked whether anything is missing although the slot has been collected: nothing comes due at a weekend.
        var look = time.GetUtcNow().UtcTicks / collection.Value.HealEvery.Ticks;
        if (!await HasEndedAsync(id, cancellationToken) || _lastHealed.GetValueOrDefault((provider, interval), -1) == look)
            return;
        if ((await schedule.FindAsync(series, cancellationToken)).Count > 0)
        {
            var again = await NextAgainAsync(id, number => Slots.CollectAgain(provider, interval, newest, number), cancellationToken);
            await EnsureAsync(nameof(CollectSlot), again, () => new SlotInput(Ticket(), provider, interval, newest, dueAt, Patience()), cancellationToken);
        }

        _lastHealed[(provider, interval)] = look;
    }

    /// <summary>
    /// The first id of a sequence whose run is not there, or goes on: one follows the other in all replicas, however their clocks and looks lie,
    /// so that none asks for what another is getting.
    /// </summary>
    private async Task<string> NextAgainAsync(string slot, Func<int, string> idOf, CancellationToken cancellationToken)
    {
        for (var number = _again.GetValueOrDefault(slot, 1); ; number++)
        {
            _again[slot] = number;
            if (await workflows.FindAsync(idOf(number), cancellationToken) is null or { HasEnded: false })
                return idOf(number);
        }
    }

    private async Task EndOfDayAsync(CancellationToken cancellationToken)
    {
        var options = endOfDay.Value;
        if (!options.Enabled || _schedules.Length == 0 || calendar.LastCompletedSession(time.GetUtcNow() - options.After) is not { } session)
            return;

        var id = Slots.EndOfDay(session.Date);
        if (_known.ContainsKey(id))
            return;
        if (_endOfDayWaiting?.Session != session.Date)
            _endOfDayWaiting = (session.Date, time.GetTimestamp());
        if (time.GetElapsedTime(_endOfDayWaiting.Value.Since) < EndOfDayWaits)
        {
            foreach (var open in _known.Where(run => !run.Value).Select(run => run.Key).ToList())
            {
                if (!await HasEndedAsync(open, cancellationToken))
                    return;
            }
        }

        await EnsureAsync(
            nameof(CloseSession), id,
            () => new CloseInput(Ticket(), session.Date, session.Close + options.After, Patience(), options.HealAttempts, options.HealAfter), cancellationToken);
    }

    private async Task EnsureAsync(string workflow, string id, Func<object> input, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(id))
            return;

        if (await workflows.EnsureAsync(workflow, id, input(), cancellationToken))
            logger.RunScheduled(id);
        Forget();
        _known[id] = false;
    }

    private async Task<bool> HasEndedAsync(string id, CancellationToken cancellationToken)
    {
        if (_known.GetValueOrDefault(id))
            return true;

        // Purged is ended too.
        var ended = await workflows.FindAsync(id, cancellationToken) is null or { HasEnded: true };
        _known[id] = ended;
        return ended;
    }

    /// <summary>Slots go by, a few dozen a day.</summary>
    private void Forget()
    {
        if (_known.Count < 1_000)
            return;
        foreach (var ended in _known.Where(run => run.Value).Select(run => run.Key).Take(500).ToList())
            _known.Remove(ended);
        _again.Clear();
    }

    private PartPatience Patience() => PartPatience.Of(collection.Value);

    private static string Ticket() => Guid.NewGuid().ToString("N");
}
