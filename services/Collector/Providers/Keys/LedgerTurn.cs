namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What a replica brings to the ledger: its requests that wait, and what came of those that were granted.</summary>
/// <param name="Replica">Names the replica.</param>
/// <param name="Turn">Counts its turns.</param>
/// <param name="Requests">All that wait in it.</param>
/// <param name="Reports">What came of grants.</param>
/// <param name="Allowance">How many may be granted: fewer while a circuit is tried out.</param>
internal sealed record LedgerInput(string Replica, long Turn, IReadOnlyList<PendingRequest> Requests, IReadOnlyList<SpendReport> Reports, int Allowance);

/// <param name="Next">The ledger after the turn.</param>
/// <param name="IsChanged">Whether it has to be written. Nothing is granted before it is.</param>
/// <param name="Grants">Who may spend, and with which key.</param>
/// <param name="SentAway">Who waits too long, and when to come again.</param>
/// <param name="WakeAt">When it is worth another look, UTC.</param>
/// <param name="ClockBehind">By how much this machine's clock is behind another one's, if that is too much to grant anything.</param>
internal sealed record LedgerOutcome(
    ProviderLedger Next,
    bool IsChanged,
    IReadOnlyList<(PendingRequest Request, ProviderKey Key, string Spend)> Grants,
    IReadOnlyList<(PendingRequest Request, DateTimeOffset At)> SentAway,
    DateTimeOffset WakeAt,
    TimeSpan? ClockBehind);

/// <summary>One turn of a replica at a provider's ledger, as a pure function: takes reports in, grants what is its turn, and puts the rest into the queue.</summary>
internal sealed class LedgerTurn(KeyBudget budget, IReadOnlyList<ProviderKey> keys)
{
    /// <summary>How long what waits in a replica counts without a word from it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>More that were sent away are not remembered: they are told the same time as the last one.</summary>
    private const int MaxSentAway = 200;

    public LedgerOutcome Take(ProviderLedger ledger, LedgerInput input, DateTimeOffset now)
    {
        var next = Tidy(ledger, input, now);
        var behind = ledger.ChangedAt - now > KeyBudget.Margin ? ledger.ChangedAt - now : (TimeSpan?)null;
        var own = input.Requests.Select(request => request.AsWaiting(input.Replica)).ToList();
        var others = next.Waiting.Where(waiting => waiting.Replica != input.Replica && IsAlive(next, waiting, now)).ToList();

        var grants = behind is null ? Grants(ref next, input, [.. own, .. others.Where(waiting => waiting.Replica is not null)], now) : [];
        var granted = grants.Select(grant => grant.Request.Id).ToHashSet(StringComparer.Ordinal);
        own.RemoveAll(waiting => granted.Contains(waiting.Id));

        var estimates = Estimates(next, [.. own, .. others], now);
        var sentAway = input.Requests.Where(request => !granted.Contains(request.Id)).Select(request => (Request: request, At: estimates[request.Id]))
            .Where(request => request.At > request.Request.Deadline || now >= request.Request.Deadline).ToList();
        var away = sentAway.Select(request => request.Request.Id).ToHashSet(StringComparer.Ordinal);
        own.RemoveAll(waiting => away.Contains(waiting.Id));

        next = next with
        {
            Waiting = [.. others, .. own, .. Remembered(others, sentAway, input.Replica, now)],
            Leases = Leases(next, input.Replica, own.Count > 0, now),
        };
        var isChanged = input.Reports.Count > 0 || grants.Count > 0 || !SameQueue(ledger, next);
        var wakeAt = own.Count == 0 ? KeyBudget.Never : own.Min(waiting => estimates[waiting.Id]);
        return new LedgerOutcome(next with { ChangedAt = now > ledger.ChangedAt ? now : ledger.ChangedAt }, isChanged, grants, sentAway, wakeAt, behind);
    }

    public static bool IsAlive(ProviderLedger ledger, WaitingRequest waiting, DateTimeOffset now) =>
        waiting.Replica is { } replica ? ledger.Leases.GetValueOrDefault(replica) > now - KeyBudget.Margin : waiting.Until > now;

    private ProviderLedger Tidy(ProviderLedger ledger, LedgerInput input, DateTimeOffset now)
    {
        var ledgers = new Dictionary<string, KeyLedger>(StringComparer.Ordinal);
        foreach (var (fingerprint, key) in ledger.Keys)
        {
            // A key that was taken out may be put back on the same day.
            var pruned = budget.Prune(key, now);
            if (pruned.Spends.Count > 0 || pruned.DaySpent > 0 || pruned.BlockedUntil(now) is not null || keys.Any(known => known.Fingerprint == fingerprint))
                ledgers[fingerprint] = pruned;
        }

        // What a key without ledger spends now belongs to today.
        foreach (var key in keys.Where(key => !ledgers.ContainsKey(key.Fingerprint)))
            ledgers[key.Fingerprint] = budget.Prune(new KeyLedger(), now);
        foreach (var report in input.Reports)
        {
            if (ledgers.TryGetValue(report.Fingerprint, out var key))
                ledgers[report.Fingerprint] = budget.Report(key, report);
        }

        return ledger with { Keys = ledgers };
    }

    /// <summary>Whoever else waits gets the turn that is due to it before ours: it is held, not taken, for it grants itself.</summary>
    private List<(PendingRequest Request, ProviderKey Key, string Spend)> Grants(
        ref ProviderLedger next, LedgerInput input, IEnumerable<WaitingRequest> live, DateTimeOffset now)
    {
        var plan = new QueuePlan(budget, next, keys, now, isEstimate: false);
        var own = input.Requests.ToDictionary(request => request.Id, StringComparer.Ordinal);
        var grants = new List<(PendingRequest, ProviderKey, string)>();
        foreach (var waiting in live.Order(WaitingRequest.Order))
        {
            var (key, at) = plan.Next(waiting);
            if (key is null || at > now || grants.Count >= input.Allowance || !own.TryGetValue(waiting.Id, out var request))
                continue;

            // Named anew each time: a turn whose fate is unknown may have been written, and what it granted stays spent.
            var spend = $"{waiting.Id}.{input.Turn:x}";
            next = next.With(key.Fingerprint, budget.Grant(next.Of(key.Fingerprint), spend, waiting.Credits, now));
            grants.Add((request, key, spend));
        }

        return grants;
    }

    private Dictionary<string, DateTimeOffset> Estimates(ProviderLedger ledger, IEnumerable<WaitingRequest> waiting, DateTimeOffset now)
    {
        var plan = new QueuePlan(budget, ledger, keys, now, isEstimate: true);
        var estimates = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var request in waiting.Order(WaitingRequest.Order))
            estimates[request.Id] = plan.Next(request).At;
        return estimates;
    }

    private static IEnumerable<WaitingRequest> Remembered(
        List<WaitingRequest> others, List<(PendingRequest Request, DateTimeOffset At)> sentAway, string replica, DateTimeOffset now)
    {
        var room = MaxSentAway - others.Count(waiting => waiting.Replica is null);

        // What can be done without is not asked for again by itself.
        return sentAway.Where(request => !request.Request.Cost.IsDispensable && request.At > now && request.At < KeyBudget.Never).Take(Math.Max(room, 0))
            .Select(request => request.Request.AsWaiting(replica) with { Replica = null, Until = request.At });
    }

    private static Dictionary<string, DateTimeOffset> Leases(ProviderLedger ledger, string replica, bool isWaiting, DateTimeOffset now)
    {
        var leases = ledger.Leases.Where(lease => lease.Key != replica && lease.Value > now - KeyBudget.Margin).ToDictionary(StringComparer.Ordinal);
        if (isWaiting)
            leases[replica] = ledger.Leases.GetValueOrDefault(replica) is var until && until > now + (Lease / 2) ? until : now + Lease;
        return leases;
    }

    private static bool SameQueue(ProviderLedger one, ProviderLedger other) =>
        one.Waiting.Count == other.Waiting.Count && one.Waiting.Select(waiting => waiting.Id).ToHashSet(StringComparer.Ordinal).SetEquals(other.Waiting.Select(waiting => waiting.Id))
        && one.Leases.Count == other.Leases.Count && one.Leases.All(lease => other.Leases.TryGetValue(lease.Key, out var until) && until == lease.Value);
}
