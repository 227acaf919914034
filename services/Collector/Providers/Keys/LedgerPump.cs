using System.Globalization;
using StocksDapr.Collector.Providers.Health;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>
/// Brings what this replica wants of a provider's shared ledger to it, all at once and one after the other: whatever came while the last turn was under way goes with the
/// next, so that replicas seldom meet and one write serves many. Nothing is granted that is not written, and nothing while the ledger cannot be read or written.
/// </summary>
internal sealed class LedgerPump(
    string provider, KeyBudget budget, Func<IReadOnlyList<ProviderKey>> keys, Circuit circuit, IProviderState state, TimeProvider time, Random random, ILogger logger)
{
    /// <summary>Requests that come together go together, the most overdue of them first.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>While something waits: another replica's answer may have come, or its request have gone.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    /// <summary>While nothing does: for what is shown of the budgets.</summary>
    private static readonly TimeSpan IdleSleep = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly string _key = $"provider-budget-{provider}";
    private readonly string _replica = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
    private readonly Wakeup _wakeup = new(time);
    private readonly Lock _gate = new();
    private readonly List<PendingRequest> _requests = [];
    private readonly List<SpendReport> _reports = [];
    private ProviderLedger _seen = ProviderLedger.Empty;
    private string? _trouble;
    private int _failures;
    private long _turns;
    private long _asked;

    /// <summary>The ledger as it was last seen.</summary>
    public ProviderLedger Seen => Volatile.Read(ref _seen);

    /// <summary>Why nothing can be granted; null when something can.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <param name="cost">What the request costs.</param>
    /// <param name="patience">How long its caller may be held.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<KeyGrant> AskAsync(RequestCost cost, TimeSpan patience, CancellationToken cancellationToken)
    {
        PendingRequest request;
        lock (_gate)
        {
            // The number keeps the order of those that come at one instant.
            var now = time.GetUtcNow();
            request = new PendingRequest($"{_replica}-{_asked++:x8}", cost, now, now + patience);
            _requests.Add(request);
        }

        _wakeup.Set();
        await using var left = cancellationToken.Register(() => request.Leave(cancellationToken));
        try
        {
            return await request.Grant;
        }
        catch (OperationCanceledException)
        {
            // It leaves the queue. What was granted at this very moment stays spent.
            lock (_gate)
                _requests.Remove(request);
            _wakeup.Set();
            throw;
        }
    }

    public void Report(SpendReport report)
    {
        lock (_gate)
            _reports.Add(report);
        _wakeup.Set();
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var sleep = TimeSpan.Zero;
        while (true)
        {
            if (await _wakeup.WaitAsync(sleep, cancellationToken) && _failures == 0)
                await Task.Delay(Gathering, time, cancellationToken);
            sleep = await TryTurnAsync(cancellationToken);
        }
    }

    /// <summary>Looks at the newest ledger without changing it; false when it cannot be read.</summary>
    public async Task<bool> TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var ledger = (await state.ReadAsync<ProviderLedger>(_key, cancellationToken)).Value ?? ProviderLedger.Empty;
            lock (_gate)
            {
                // A turn that ended meanwhile has seen a newer one.
                if (ledger.ChangedAt >= _seen.ChangedAt)
                    Volatile.Write(ref _seen, ledger);
            }

            return true;
        }
        catch (StateUnavailableException)
        {
            return false;
        }
    }

    /// <returns>How long to sleep.</returns>
    private async Task<TimeSpan> TryTurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            var sleep = await TurnAsync(cancellationToken);
            if (_failures > 0)
                logger.BudgetsKnownAgain(provider);
            _failures = 0;
            return sleep;
        }
        catch (StateUnavailableException e)
        {
            if (_failures == 0)
                logger.BudgetsUnknown(provider, e.Message);
            return Failed($"The state store that keeps the budgets cannot be asked: {e.Message}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A mistake of ours: nothing was granted, and the next turn begins with what is stored then.
            logger.BudgetTurnFailed(provider, e);
            return Failed("The budgets could not be worked out; the log says why.");
        }
    }

    private TimeSpan Failed(string trouble)
    {
        _failures++;
        Volatile.Write(ref _trouble, trouble);
        SendAwayOverdue();
        var retry = FirstRetry * Math.Pow(2, Math.Min(_failures - 1, 10));
        return Jittered(retry < LongestRetry ? retry : LongestRetry);
    }

    private async Task<TimeSpan> TurnAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var input = Gather();
            var (stored, version) = await state.ReadAsync<ProviderLedger>(_key, cancellationToken);
            var now = time.GetUtcNow();
            var outcome = new LedgerTurn(budget, keys()).Take(stored ?? ProviderLedger.Empty, input, now);
            if (!outcome.IsChanged || await state.TryWriteAsync(_key, outcome.Next, version, cancellationToken))
            {
                Settle(input, outcome, now);
                return Sleep(outcome, now);
            }

            // Somebody was faster. At a moment that differs from everybody else's it goes better.
            await Task.Delay(Jittered(ShortestSleep * Math.Min(attempt, 10)), time, cancellationToken);
        }
    }

    private LedgerInput Gather()
    {
        var allowance = circuit.Allowance();
        lock (_gate)
        {
            if (allowance == 0)
            {
                var refusal = circuit.Refusal();
                _requests.ForEach(request => request.Refuse(refusal.Kind, refusal.Detail, refusal.RetryAfter));
                _requests.Clear();
            }

            return new LedgerInput(_replica, ++_turns, [.. _requests], [.. _reports], allowance);
        }
    }

    private void Settle(LedgerInput input, LedgerOutcome outcome, DateTimeOffset now)
    {
        var behind = outcome.ClockBehind is { } by ? $"This machine's clock is {by.TotalSeconds:0} s behind another replica's: until it has caught up nothing is granted." : null;
        if (behind is not null && Trouble is null)
            logger.ClockBehind(provider, outcome.ClockBehind!.Value.TotalSeconds);
        Volatile.Write(ref _trouble, behind);
        lock (_gate)
        {
            Volatile.Write(ref _seen, outcome.Next);
            foreach (var report in input.Reports)
                _reports.Remove(report);
            foreach (var (request, key, spend) in outcome.Grants)
            {
                circuit.Sending();
                _requests.Remove(request);
                request.Answer(new KeyGrant(key.Number, key.Secret) { Spend = spend, At = now });
            }

            foreach (var (request, at) in outcome.SentAway)
            {
                _requests.Remove(request);
                SendAway(request, at, outcome.Next, behind, now);
            }
        }
    }

    private void SendAway(PendingRequest request, DateTimeOffset at, ProviderLedger ledger, string? behind, DateTimeOffset now)
    {
        var wait = at == KeyBudget.Never ? TimeSpan.FromHours(1) : at > now + LongestSleep ? at - now : LongestSleep;
        var refused = keys().Select(key => ledger.Of(key.Fingerprint)).ToList();
        if (refused.Count == 0)
            request.Refuse(ProviderErrorKind.NotEntitled, "There is no key any more.");
        else if (refused.TrueForAll(key => key.RefusedUntil > now))
            request.Refuse(ProviderErrorKind.NotEntitled, $"The provider accepts none of its keys: {refused[0].Complaint}", wait);
        else
            request.Refuse(ProviderErrorKind.RateLimited, behind ?? $"No key can pay {request.Cost.Credits} credits before {now + wait:yyyy-MM-dd HH:mm:ss} UTC.", wait);
    }

    private void SendAwayOverdue()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var request in _requests.Where(request => request.Deadline <= now).ToList())
            {
                _requests.Remove(request);
                request.Refuse(ProviderErrorKind.RateLimited, Trouble!, LongestRetry);
            }
        }
    }

    private TimeSpan Sleep(LedgerOutcome outcome, DateTimeOffset now)
    {
        if (outcome.WakeAt == KeyBudget.Never)
            return Jittered(IdleSleep);
        var sleep = outcome.WakeAt - now;
        return sleep < ShortestSleep ? Jittered(LongestSleep / 4) : sleep < LongestSleep ? sleep : LongestSleep;
    }

    private TimeSpan Jittered(TimeSpan wait) => wait * (0.5 + (random.NextDouble() / 2));
}
