using Dapr.Workflow;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Parts;

/// <summary>What became of a part.</summary>
/// <param name="Fatal">Why no other part of the provider can succeed; null unless that is so.</param>
internal sealed record PartOutcome(IReadOnlyList<StepSymbol> Symbols, IReadOnlyList<MessageReceipt> Receipts, string? Fatal = null)
{
    public bool IsComplete => Symbols.All(symbol => symbol.Outcome is SymbolOutcome.Stored or SymbolOutcome.Empty);
}

/// <summary>
/// Workflow code that collects one part: asks, waits until what was answered is stored, and asks again for what is not. Done means stored, not
/// sent. It ends always, with an outcome for each symbol.
/// </summary>
internal static class PartCollection
{
    /// <summary>A provider that limits requests is asked again more often than one that fails: it says how long to wait.</summary>
    private const int MaxLimits = 50;

    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(15);

    public static async Task<PartOutcome> RunAsync(WorkflowContext context, CollectPart part, PartPatience patience)
    {
        var attempt = new Attempt(context, part, patience);
        await attempt.RunToEndAsync();
        var outcome = new PartOutcome([.. part.Symbols.Select(wanted => attempt.Outcomes[wanted.Symbol])], attempt.Receipts, attempt.Fatal);
        await RunSteps.SayAsync(context, Ended(context, part, attempt.StartedAt, outcome));
        return outcome;
    }

    private static RunStep Ended(WorkflowContext context, CollectPart part, DateTimeOffset startedAt, PartOutcome outcome)
    {
        var good = outcome.Symbols.Count(symbol => symbol.Outcome is SymbolOutcome.Stored or SymbolOutcome.Empty);
        var bars = outcome.Symbols.Sum(symbol => symbol.Bars);
        var wrong = outcome.Symbols.FirstOrDefault(symbol => symbol.Outcome is not (SymbolOutcome.Stored or SymbolOutcome.Empty));
        var now = RunSteps.Now(context);
        return new RunStep(
            part.RunId, part.Step, part.Number, part.Name, startedAt, now, now,
            good == outcome.Symbols.Count ? StepOutcome.Completed : good > 0 ? StepOutcome.Incomplete : StepOutcome.Failed,
            wrong is null ? $"{bars} bars of {good} symbols." : $"{bars} bars; {outcome.Symbols.Count - good} of {outcome.Symbols.Count} symbols lack theirs: {wrong.Symbol}: {wrong.Detail}",
            Part: true, outcome.Symbols);
    }

    /// <summary>The state of one part on its way.</summary>
    private sealed class Attempt(WorkflowContext context, CollectPart part, PartPatience patience)
    {
        private IReadOnlyList<PartSymbol> _open = part.Symbols;
        private int _requests;
        private int _answers;
        private int _failures;
        private int _limits;

        public DateTimeOffset StartedAt { get; } = RunSteps.Now(context);

        public Dictionary<string, StepSymbol> Outcomes { get; } = new(StringComparer.Ordinal);

        public List<MessageReceipt> Receipts { get; } = [];

        public string? Fatal { get; private set; }

        public async Task RunToEndAsync()
        {
            while (_open.Count > 0 && await TryAsync())
            {
                // What is still open is asked again.
            }
        }

        /// <summary>Asks once; false when it is not to be asked again.</summary>
        private async Task<bool> TryAsync()
        {
            var (fetched, failure) = await FetchAsync();
            if (failure is not null)
            {
                Fail(_open.Select(wanted => (wanted.Symbol, failure)));
                return await WaitAsync(failure);
            }

            _answers++;
            foreach (var symbol in fetched.Where(symbol => symbol is { Bars: 0, Failure: null }))
                Outcomes[symbol.Symbol] = new StepSymbol(symbol.Symbol, SymbolOutcome.Empty);
            Fail(fetched.Where(symbol => symbol.Failure is not null).Select(symbol => (symbol.Symbol, symbol.Failure!)));
            await AwaitAsync([.. fetched.Where(symbol => symbol.Bars > 0)], patience.AskAgain(_answers));

            var transient = fetched.Where(symbol => symbol.Failure is { IsTransient: true }).Select(symbol => symbol.Symbol).ToHashSet(StringComparer.Ordinal);
            _open = [.. _open.Where(wanted => transient.Contains(wanted.Symbol) || Outcomes[wanted.Symbol].Outcome == SymbolOutcome.Unconfirmed)];
            if (_answers + _failures >= patience.Attempts)
                return false;
            if (transient.Count > 0)
                await context.CreateTimer(patience.Retry(_answers));
            return true;
        }

        /// <summary>Waits as long as a failure calls for; false when to ask again makes no sense.</summary>
        private async Task<bool> WaitAsync(FetchFailure failure)
        {
            if (failure.Kind == ProviderErrorKind.NotEntitled)
                Fatal = failure.Detail;
            var times = failure.Kind == ProviderErrorKind.RateLimited ? ++_limits : ++_failures;
            if (!failure.IsTransient || _limits >= MaxLimits || _answers + _failures >= patience.Attempts)
                return false;

            var wait = patience.Retry(times);
            await context.CreateTimer(failure.RetryAfter > wait ? failure.RetryAfter.Value : wait);
            return true;
        }

        private async Task<(IReadOnlyList<FetchedSymbol> Symbols, FetchFailure? Failure)> FetchAsync()
        {
            try
            {
                var fetched = await context.CallActivityAsync<FetchedPart>(
                    nameof(FetchPart), new FetchOrder(part with { Symbols = _open }, StartedAt, ++_requests), RunSteps.Patiently);
                return (fetched.Symbols, fetched.Failure);
            }
            catch (WorkflowTaskFailedException e)
            {
                return ([], new FetchFailure(ProviderErrorKind.Unavailable, e.FailureDetails.ErrorMessage));
            }
        }

        /// <summary>Waits for the receipts, with durable pauses that grow; what has none in time is unconfirmed.</summary>
        private async Task AwaitAsync(IReadOnlyList<FetchedSymbol> sent, TimeSpan atMost)
        {
            foreach (var symbol in sent)
                Outcomes[symbol.Symbol] = new StepSymbol(symbol.Symbol, SymbolOutcome.Unconfirmed, symbol.Bars, "It was sent, and nobody said that it is stored.");

            var until = context.CurrentUtcDateTime + atMost;
            for (var look = FirstLook; sent.Count > 0; look = look * 2 < LongestLook ? look * 2 : LongestLook)
            {
                var stored = await StoredAsync(sent);
                foreach (var symbol in sent.Where(symbol => stored.Contains(symbol.Message)))
                    Outcomes[symbol.Symbol] = new StepSymbol(symbol.Symbol, SymbolOutcome.Stored, symbol.Bars);
                sent = [.. sent.Where(symbol => !stored.Contains(symbol.Message))];
                if (sent.Count == 0 || context.CurrentUtcDateTime >= until)
                    return;
                await context.CreateTimer(look);
            }
        }

        private async Task<HashSet<int>> StoredAsync(IReadOnlyList<FetchedSymbol> sent)
        {
            try
            {
                var receipts = await context.CallActivityAsync<IReadOnlyList<MessageReceipt>>(
                    nameof(AwaitStored), new SentMessages(part.RunId, [.. sent.Select(symbol => symbol.Message)]), RunSteps.Patiently);
                Receipts.AddRange(receipts);
                return [.. receipts.Select(receipt => receipt.Number)];
            }
            catch (WorkflowTaskFailedException)
            {
                // For an hour nobody could be asked. To ask the provider again does no harm.
                return [];
            }
        }

        private void Fail(IEnumerable<(string Symbol, FetchFailure Failure)> symbols)
        {
            foreach (var (symbol, failure) in symbols)
                Outcomes[symbol] = new StepSymbol(symbol, SymbolOutcome.Failed, 0, failure.Detail);
        }
    }
}
