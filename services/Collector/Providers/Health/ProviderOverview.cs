using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Health;

/// <summary>Puts together what is known of a provider: its keyring's ledger and health, which all replicas share, and what it can do.</summary>
internal sealed class ProviderOverview(ProviderKeyrings keyrings, IEnumerable<IMarketDataProvider> providers, TimeProvider time, IStreamStates? streams = null)
{
    /// <summary>How long a look at the shared state may take; after that what was last seen is shown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, ProviderCapabilities> _capabilities =
        providers.GroupBy(provider => provider.Name).ToDictionary(same => same.Key, same => same.First().Capabilities, StringComparer.Ordinal);

    /// <summary>All providers by their names. Where the shared state cannot be read, what was last seen of it, and the trouble says so.</summary>
    public async Task<ProviderList> GetAsync(CancellationToken cancellationToken)
    {
        var looks = keyrings.All.OrderBy(keyring => keyring.Terms.Provider, StringComparer.Ordinal).Select(async keyring =>
        {
            var stream = streams?.GetAsync(keyring.Terms.Provider, cancellationToken);
            return View(keyring, await LookAsync(keyring, cancellationToken)) with { Stream = stream is null ? null : await stream };
        });
        return new ProviderList(await Task.WhenAll(looks));
    }

    /// <summary>What was last seen, without looking.</summary>
    public IReadOnlyList<ProviderView> Seen() => [.. keyrings.All.Select(keyring => View(keyring, isFresh: true))];

    private async Task<bool> LookAsync(ProviderKeyring keyring, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await keyring.TryLookAsync(linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private ProviderView View(ProviderKeyring keyring, bool isFresh)
    {
        var now = time.GetUtcNow();
        var (terms, book, circuit) = (keyring.Terms, keyring.Health.Book, keyring.Health.Circuit.Last);
        var keys = (keyring.Keys ?? []).Select(key => KeyOf(keyring, key, now)).ToList();
        var queue = QueueOf(keyring, now);
        var trouble = keyring.Trouble ?? (isFresh ? null : "The state store does not answer: this is what was last seen.");
        return new ProviderView(
            terms.Provider,
            terms.Enabled,
            terms.Enabled && keys.Count > 0,
            StateOf(keyring, keys, circuit.StateAt(now), queue, isStopped: keyring.Ledger is not null && trouble is not null),
            terms.Enabled ? trouble : null,
            _capabilities.GetValueOrDefault(terms.Provider) is { } capabilities ? CapabilitiesOf(capabilities) : null,
            new CircuitView(
                Name(circuit.StateAt(now)), circuit.Since == DateTimeOffset.MinValue ? null : circuit.Since, circuit.Until > now ? circuit.Until : null, circuit.Reason),
            book.LastSuccess,
            book.LastError is { } error ? new ErrorView(Name(error.Kind), error.Detail, error.At) : null,
            AnswersOf(book.Hour),
            AnswersOf(book.Day),
            keyring.LargestRequest,
            keys,
            queue);
    }

    private static string StateOf(ProviderKeyring keyring, List<KeyView> keys, CircuitState circuit, QueueView queue, bool isStopped) =>
        !keyring.Terms.Enabled ? "off"
        : keys.Count == 0 ? "noKey"
        : circuit == CircuitState.Open ? "failing"
        : keys.TrueForAll(key => key.State == "refused") ? "keysRefused"
        : isStopped ? "stopped"
        : queue.Length > 0 ? "waiting"
        : "ready";

    private static KeyView KeyOf(ProviderKeyring keyring, ProviderKey key, DateTimeOffset now)
    {
        var (budget, limits) = (keyring.Budget, keyring.Budget.Limits);
        var ledger = budget.Prune(keyring.Ledger?.Of(key.Fingerprint) ?? new KeyLedger(), now);
        var minute = limits.CreditsPerMinute is { } perMinute ? Budget(perMinute, KeyBudget.SpentInMinute(ledger, now), KeyBudget.MinuteRenewsAt(ledger, now)) : null;
        var today = budget.DayOf(now);
        var day = limits.CreditsPerDay is { } perDay ? Budget(perDay, budget.SpentInDay(ledger, today), budget.BeginOf(today.AddDays(1))) : null;
        var isRefused = ledger.RefusedUntil > now;
        var state = isRefused ? "refused" : ledger.LimitedUntil > now ? "limited" : minute?.Left == 0 || day?.Left == 0 ? "spent" : "ready";
        return new KeyView(key.Number, state, ledger.BlockedUntil(now), ledger.BlockedUntil(now) is null ? null : ledger.Complaint, minute, day);
    }

    private static BudgetView Budget(int limit, int spent, DateTimeOffset? renewsAt) => new(limit, spent, Math.Max(limit - spent, 0), spent > 0 ? renewsAt : null);

    private static QueueView QueueOf(ProviderKeyring keyring, DateTimeOffset now)
    {
        if (keyring.Ledger is not { } ledger)
            return new QueueView(0, 0, null, null, null);

        var alive = ledger.Waiting.Where(request => LedgerTurn.IsAlive(ledger, request, now)).ToList();
        var waiting = alive.Where(request => request.Replica is not null).Order(WaitingRequest.Order).ToList();
        var next = waiting.Count == 0 ? (DateTimeOffset?)null
            : new QueuePlan(keyring.Budget, ledger, keyring.Keys ?? [], now, isEstimate: true).Next(waiting[0]).At;
        return new QueueView(
            waiting.Count, alive.Count - waiting.Count,
            waiting.Count == 0 ? null : waiting.Min(request => request.Since),
            waiting.Min(request => request.DueSince),
            next == KeyBudget.Never ? null : next);
    }

    private static AnswersView AnswersOf(IReadOnlyList<HealthSlot> slots)
    {
        var count = slots.Sum(slot => slot.Answers);
        return count == 0 ? new AnswersView(0, null, null)
            : new AnswersView(count, Math.Round((double)slots.Sum(slot => slot.Good) / count, 4), Math.Round(slots.Sum(slot => slot.Milliseconds) / count / 1000, 3));
    }

    private static CapabilitiesView CapabilitiesOf(ProviderCapabilities capabilities) => new(
        capabilities.Intervals.OrderBy(interval => interval.Key.Id).ToDictionary(
            interval => interval.Key.Code, interval => interval.Value is { } back ? Math.Floor(back.TotalDays) : (double?)null),
        capabilities.MaxSymbols,
        capabilities.MaxBars,
        capabilities.Delay.TotalSeconds,
        Name(capabilities.Prices),
        Name(capabilities.Stamp),
        capabilities.HasCorporateActions);

    private static string Name<T>(T value)
        where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
