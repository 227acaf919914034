using Dapr.Workflow;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;

namespace StocksDapr.Collector.Parts;

/// <summary>
/// Workflow code that makes the requests of one part. Whatever is decided here follows from the workflow's input, from what activities returned and from the workflow's
/// own clock, so that a replay decides the same.
/// </summary>
internal sealed class PartRequests(WorkflowContext context, CollectPart part, PartPatience patience, PartState state, DateTimeOffset startedAt)
{
    /// <summary>A provider whose budget is spent comes back, if slowly; one that never does must not hold a run for ever.</summary>
    private static readonly TimeSpan LongestHoldOfAll = TimeSpan.FromDays(7);

    private static readonly TimeSpan LongestHoldOfScheduled = TimeSpan.FromHours(6);

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    private DateTimeOffset? _budgetBackAt;
    private TimeSpan _held;
    private int _requests;

    public List<MessageReceipt> Receipts { get; } = [];

    /// <summary>Asks a provider for everything that is open, until it has given it or is given up.</summary>
    public async Task AskAsync(string provider, bool isLast)
    {
        var asking = state.OpenTo(provider).ToList();
        asking.ForEach(symbol => symbol.NewProvider());
        var turn = new Turn(isLast);
        while (asking.Count > 0)
        {
            var from = asking[0].From;
            var group = asking.Where(symbol => symbol.From == from).ToList();
            var fetched = await FetchAsync(provider, from, group);
            if (fetched.Failure is { } failure)
            {
                group.ForEach(symbol => symbol.Failed(provider, failure));
                if (!await MayAskAgainAsync(turn, failure))
                {
                    // What is not in this group has not been refused, but the provider gives nothing now.
                    asking.ForEach(symbol => symbol.Failed(provider, failure));
                    return;
                }

                continue;
            }

            turn.Failures = 0;
            await TakeAsync(provider, fetched, group);
            asking.RemoveAll(symbol => symbol.Outcome is not null || symbol.IsRefusedBy(provider) || symbol.Attempts >= patience.Attempts);
            if (fetched.Symbols.Select(symbol => symbol.Failure).Where(failed => failed is { IsTransient: true }).ToList() is { Count: > 0 } failures && asking.Count > 0)
                await context.CreateTimer(Wait(failures.Max(failed => failed!.RetryAfter), patience.Retry(asking.Max(symbol => Math.Max(1, symbol.Attempts)))));
        }
    }

    /// <summary>Waits until the first budget that was spent is there again; false when none was, or it has been waited for long enough.</summary>
    public async Task<bool> HoldOutAsync()
    {
        if (_budgetBackAt is not { } back || state.Symbols.All(symbol => symbol.Outcome is not null) || _held >= LongestHoldOfAll)
            return false;

        var wait = back - RunSteps.Now(context);
        _budgetBackAt = null;
        if (wait <= TimeSpan.Zero)
            return true;
        _held += wait;
        await context.CreateTimer(wait);
        return true;
    }

    /// <summary>Takes what a provider has answered, and waits until it is stored.</summary>
    private async Task TakeAsync(string provider, FetchedPart fetched, List<PartSymbolState> group)
    {
        var symbols = group.ToDictionary(symbol => symbol.Wanted.Symbol, StringComparer.Ordinal);
        var sent = fetched.Symbols.Where(symbol => symbol.Bars > 0).ToList();
        foreach (var symbol in fetched.Symbols)
        {
            if (symbol.Failure is { } failure)
                symbols[symbol.Symbol].FailedAlone(provider, failure);
            else if (symbol.Bars == 0)
                symbols[symbol.Symbol].Advance(0, fetched.Next);
        }

        if (sent.Count == 0)
            return;

        var stored = await AwaitAsync([.. sent.Select(symbol => symbol.Message)], patience.AskAgain(1 + sent.Max(symbol => symbols[symbol.Symbol].Attempts)));
        foreach (var symbol in sent)
        {
            if (stored.Contains(symbol.Message))
                symbols[symbol.Symbol].Advance(symbol.Bars, fetched.Next);
            else
                symbols[symbol.Symbol].Unconfirmed(symbol.Bars, patience.Attempts);
        }
    }

    /// <summary>Waits as long as a failure calls for; false when the provider is to be left alone for now.</summary>
    private async Task<bool> MayAskAgainAsync(Turn turn, FetchFailure failure)
    {
        if (!failure.IsTransient)
            return false;
        if (failure.Kind == ProviderErrorKind.RateLimited)
            return await MayHoldAsync(turn, failure);
        if (++turn.Failures >= patience.Attempts)
            return false;

        var wait = patience.Retry(turn.Failures);
        if (failure.RetryAfter > wait)
        {
            // It says how long it will be away: whoever can be asked instead is asked now.
            if (!turn.IsLast)
                return false;
            wait = failure.RetryAfter.Value;
        }

        await context.CreateTimer(wait);
        return true;
    }

    /// <summary>As long as a provider asks, but no longer than it would be waited for.</summary>
    private TimeSpan Wait(TimeSpan? asked, TimeSpan wait) => asked is not { } retryAfter || retryAfter <= wait ? wait : retryAfter < patience.LongestHold ? retryAfter : patience.LongestHold;

    /// <summary>A budget that is spent is no failure: it is waited for, but not for hours while somebody else can be asked.</summary>
    private async Task<bool> MayHoldAsync(Turn turn, FetchFailure failure)
    {
        var wait = patience.Retry(failure.RetryAfter is null ? ++turn.Limits : 1);
        if (failure.RetryAfter > wait)
            wait = failure.RetryAfter.Value;
        var back = RunSteps.Now(context) + wait;
        if (wait > patience.LongestHold || (!turn.IsLast && turn.Held + wait > patience.LongestHold) || _held + wait > (part.HoldsOut ? LongestHoldOfAll : LongestHoldOfScheduled))
        {
            _budgetBackAt = _budgetBackAt < back ? _budgetBackAt : back;
            return false;
        }

        turn.Held += wait;
        _held += wait;
        await context.CreateTimer(wait);
        return true;
    }

    private async Task<FetchedPart> FetchAsync(string provider, DateTimeOffset from, List<PartSymbolState> group)
    {
        try
        {
            var wanted = part with { From = from, Symbols = [.. group.Select(symbol => symbol.ToAsk)] };
            return await context.CallActivityAsync<FetchedPart>(nameof(FetchPart), new FetchOrder(wanted, provider, startedAt, ++_requests), RunSteps.Patiently);
        }
        catch (WorkflowTaskFailedException e)
        {
            return new FetchedPart([], new FetchFailure(ProviderErrorKind.Unavailable, e.FailureDetails.ErrorMessage));
        }
    }

    /// <summary>Waits for receipts, with durable pauses that grow, and returns the numbers of those that came in time.</summary>
    private async Task<HashSet<int>> AwaitAsync(IReadOnlyList<int> messages, TimeSpan atMost)
    {
        var stored = new HashSet<int>();
        var until = context.CurrentUtcDateTime + atMost;
        for (var look = FirstLook; ; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            stored.UnionWith(await StoredAsync([.. messages.Where(message => !stored.Contains(message))]));
            if (messages.All(stored.Contains) || context.CurrentUtcDateTime >= until)
                return stored;
            await context.CreateTimer(look);
        }
    }

    private async Task<IEnumerable<int>> StoredAsync(IReadOnlyList<int> messages)
    {
        try
        {
            var receipts = await context.CallActivityAsync<IReadOnlyList<MessageReceipt>>(nameof(AwaitStored), new SentMessages(part.RunId, messages), RunSteps.Patiently);
            Receipts.AddRange(receipts);
            return receipts.Select(receipt => receipt.Number);
        }
        catch (WorkflowTaskFailedException)
        {
            // For an hour nobody could be asked. To ask the provider again does no harm.
            return [];
        }
    }

    /// <summary>One provider's turn.</summary>
    private sealed class Turn(bool isLast)
    {
        public bool IsLast => isLast;

        /// <summary>Requests that failed, in a row.</summary>
        public int Failures { get; set; }

        public int Limits { get; set; }

        public TimeSpan Held { get; set; }
    }
}
