using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
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
    IOptions<CrossCheckOptions> crossCheck,
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

    /// <summary>A slot that takes longer holds up the next one no more.</summary>
    private static readonly TimeSpan LongestSlot = TimeSpan.FromHours(1);

    private readonly DueBars[] _schedules = [.. schedules];

    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly long _started = time.GetTimestamp();

    /// <summary>Ids that exist, so that they need not be looked up at each tick; whether they have been seen to end.</summary>
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Market, Interval Interval), long> _lastHealed = [];

    /// <summary>The newest slots of markets whose providers have budgets, and when they were scheduled.</summary>
    private readonly Dictionary<(string Market, Interval Interval), (string Id, long Since)> _newest = [];

    /// <summary>What has been tracked since the last look.</summary>
    private readonly ConcurrentQueue<FreshSymbol> _fresh = new();

    /// <summary>Runs that began with the look under way: they plan with all that was tracked before it.</summary>
    private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

    /// <summary>Runs of newly tracked symbols, and when they were scheduled.</summary>
    private readonly Dictionary<string, (string Market, Interval Interval, long Since)> _histories = new(StringComparer.Ordinal);

    /// <summary>Of slots that had to be collected again: how many times are over.</summary>
    private readonly Dictionary<string, int> _again = new(StringComparer.Ordinal);

    private (DateOnly Session, long Since)? _endOfDayWaiting;
    private bool _saidThatItCannot;
    private bool _hasLooked;

    /// <summary>Has the history of a symbol collected that is newly tracked, or in intervals in which it was not; does not wait for it.</summary>
    public void Collect(FreshSymbol fresh)
    {
        _fresh.Enqueue(fresh);
        Request();
    }

    /// <summary>Asks for a look and does not wait for it. Asking while one runs means one more after it, however often it was asked.</summary>
    public void Request() => _requests.Writer.TryWrite(true);

    /// <summary>Schedules what is due now.</summary>
    /// <exception cref="TaskHubException">The task hub cannot be asked; what was scheduled before stays so.</exception>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var (anything, fresh) = (false, _fresh.Count);
        _begun.Clear();
        foreach (var schedule in _schedules)
        {
            await InstrumentsAsync(schedule, cancellationToken);
            foreach (var series in schedule.Plan.Series)
                anything |= await CollectAsync(schedule, series, cancellationToken);
        }

        await FreshAsync(fresh, cancellationToken);
        if (anything)
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
        if (schedule.Plan.Roster.IsLive && await NobodyAsync(schedule, cancellationToken))
            return;

        var (market, due) = (schedule.Plan.Market, schedule.Listing.Due());
        var id = Slots.Reference(market, due);
        await EnsureAsync(nameof(FetchReference), id, () => new ReferenceInput(Ticket(), market, due, Patience()), cancellationToken);
        var since = time.GetTimestamp();
        while (!_hasLooked && !await HasEndedAsync(id, cancellationToken) && time.GetElapsedTime(since) < InstrumentsFirst)
            await Task.Delay(InstrumentsPause, time, cancellationToken);
    }

    /// <summary>False when nothing is to be collected of the series at all.</summary>
    private async Task<bool> CollectAsync(DueBars schedule, SeriesPlan series, CancellationToken cancellationToken)
    {
        var (market, interval) = (schedule.Plan.Market, series.Interval);
        if (await schedule.NewestAsync(interval, cancellationToken) is not { } newest)
            return false;
        if (await IsBusyAsync(schedule, interval, newest, cancellationToken))
            return true;

        var id = Slots.Collect(market, interval, newest.Start);
        await EnsureAsync(nameof(CollectSlot), id, () => new SlotInput(Ticket(), market, interval, newest.Start, newest.At, Patience()), cancellationToken);
        if (_newest.GetValueOrDefault((market, interval)).Id != id)
            _newest[(market, interval)] = (id, time.GetTimestamp());

        // From time to time it is looked whether anything is missing although the slot has been collected: nothing comes due at a weekend.
        var look = time.GetUtcNow().UtcTicks / collection.Value.HealEvery.Ticks;
        if (!await HasEndedAsync(id, cancellationToken) || _lastHealed.GetValueOrDefault((market, interval), -1) == look
            || await IsGettingHistoryAsync(market, interval, cancellationToken))
            return true;
        if ((await schedule.FindAsync(series, null, cancellationToken)).Count > 0)
        {
            var again = await NextAgainAsync(id, number => Slots.CollectAgain(market, interval, newest.Start, number), cancellationToken);
            await EnsureAsync(nameof(CollectSlot), again, () => new SlotInput(Ticket(), market, interval, newest.Start, newest.At, Patience()), cancellationToken);
        }

        _lastHealed[(market, interval)] = look;
        return true;
    }

    /// <summary>
    /// A slot whose requests wait for a budget is not overtaken by the next one, which would ask for the same and pay for it twice. The next one takes in
    /// what has become due meanwhile.
    /// </summary>
    private async Task<bool> IsBusyAsync(DueBars schedule, Interval interval, DueBar newest, CancellationToken cancellationToken) =>
        schedule.Plan.Roster.IsLive
        && _newest.TryGetValue((schedule.Plan.Market, interval), out var slot) && slot.Id != Slots.Collect(schedule.Plan.Market, interval, newest.Start)
        && time.GetElapsedTime(slot.Since) < LongestSlot && !await HasEndedAsync(slot.Id, cancellationToken);

    /// <summary>Nothing is tracked, or nobody can be asked for it.</summary>
    private static async Task<bool> NobodyAsync(DueBars schedule, CancellationToken cancellationToken)
    {
        foreach (var series in schedule.Plan.Series)
        {
            if (await schedule.NewestAsync(series.Interval, cancellationToken) is not null)
                return false;
        }

        return true;
    }

    /// <summary>What a newly tracked symbol's own run is getting, perhaps slowly, is not asked for and paid a second time beside it.</summary>
    private async Task<bool> IsGettingHistoryAsync(string market, Interval interval, CancellationToken cancellationToken)
    {
        foreach (var (id, run) in _histories.Where(run => (run.Value.Market, run.Value.Interval) == (market, interval)).ToList())
        {
            if (time.GetElapsedTime(run.Since) < LongestSlot && !await HasEndedAsync(id, cancellationToken))
                return true;
            _histories.Remove(id);
        }

        return false;
    }

    /// <param name="count">How many had been tracked when the look began; the others have asked for another one.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    private async Task FreshAsync(int count, CancellationToken cancellationToken)
    {
        for (; count > 0 && _fresh.TryPeek(out var fresh); count--)
        {
            if (_schedules.FirstOrDefault(schedule => schedule.Plan.Roster.IsLive) is { } schedule)
            {
                foreach (var interval in fresh.Intervals)
                    await CollectFreshAsync(schedule, fresh, interval, cancellationToken);
                await FetchFreshAsync(schedule, fresh, cancellationToken);
            }

            _fresh.TryDequeue(out _);
        }
    }

    /// <summary>The first symbol of an interval makes its slot due, which gets the symbol's history too.</summary>
    private async Task CollectFreshAsync(DueBars schedule, FreshSymbol fresh, Interval interval, CancellationToken cancellationToken)
    {
        var market = schedule.Plan.Market;
        if (await schedule.NewestAsync(interval, cancellationToken) is not { } newest || _begun.Contains(Slots.Collect(market, interval, newest.Start)))
            return;

        var id = Slots.Track(market, interval, fresh.Symbol, fresh.At);
        await EnsureAsync(
            nameof(CollectSlot), id, () => new SlotInput(Ticket(), market, interval, newest.Start, fresh.At, Patience()) { Symbols = [fresh.Symbol] }, cancellationToken);
        _histories[id] = (market, interval, time.GetTimestamp());
    }

    private async Task FetchFreshAsync(DueBars schedule, FreshSymbol fresh, CancellationToken cancellationToken)
    {
        var market = schedule.Plan.Market;
        if (_begun.Contains(Slots.Reference(market, schedule.Listing.Due())))
            return;
        await EnsureAsync(
            nameof(FetchReference), Slots.TrackReference(market, fresh.Symbol, fresh.At),
            () => new ReferenceInput(Ticket(), market, fresh.At, Patience()) { Symbols = [fresh.Symbol] }, cancellationToken);
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
        if (!options.Enabled || calendar.LastCompletedSession(time.GetUtcNow() - options.After) is not { } session)
            return;

        var id = Slots.EndOfDay(session.Date);
        if (_known.ContainsKey(id))
        {
            await CrossCheckAsync(id, session, cancellationToken);
            return;
        }

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

    /// <summary>What is compared with a second provider is what stands after the session has been closed, of markets that have one.</summary>
    private async Task CrossCheckAsync(string endOfDay, Session session, CancellationToken cancellationToken)
    {
        if (!crossCheck.Value.Enabled || !await HasEndedAsync(endOfDay, cancellationToken))
            return;

        foreach (var schedule in _schedules.Where(schedule => schedule.Plan.Providers.Count > 1))
        {
            var (market, id) = (schedule.Plan.Market, Slots.CrossCheck(schedule.Plan.Market, session.Date));
            if (!_known.ContainsKey(id) && (await schedule.Sources.GetAsync(Interval.OneDay, cancellationToken)).Count > 1)
                await EnsureAsync(nameof(CrossCheckSession), id, () => new CrossCheckInput(Ticket(), market, session.Date, session.Close, Patience()), cancellationToken);
        }
    }

    private async Task EnsureAsync(string workflow, string id, Func<object> input, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(id))
            return;

        if (await workflows.EnsureAsync(workflow, id, input(), cancellationToken))
        {
            logger.RunScheduled(id);
            _begun.Add(id);
        }

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
