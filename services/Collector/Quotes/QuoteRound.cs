using System.Collections.Concurrent;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Quotes;

/// <summary>Asks the providers of a market for quotes, in their order: one fills in what those before it could not say.</summary>
internal sealed class QuoteRound(IProviderFunds funds, TimeProvider time)
{
    /// <summary>How long somebody who looks at a page may be kept waiting for one provider.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private const int Concurrency = 4;

    /// <summary>An outcome for each of the symbols.</summary>
    public async Task<IReadOnlyDictionary<string, QuoteOutcome>> AskAsync(CollectionPlan? market, IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        var nobody = QuoteOutcome.Failed(time.GetUtcNow());
        var outcomes = new ConcurrentDictionary<string, QuoteOutcome>(symbols.ToDictionary(symbol => symbol, _ => nobody), StringComparer.Ordinal);
        foreach (var provider in market?.Providers ?? [])
        {
            var open = symbols.Where(symbol => outcomes[symbol].Quote is null).ToList();
            if (open.Count == 0)
                break;
            if (provider is not IQuoteProvider quotes || await funds.LargestRequestAsync(provider.Name, cancellationToken) <= 0)
                continue;

            await Parallel.ForEachAsync(
                open.Chunk(provider.Capabilities.MaxSymbols),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
                async (some, cancellation) =>
                {
                    foreach (var (symbol, outcome) in await AskAsync(provider.Name, quotes, some, cancellation))
                        outcomes[symbol] = outcomes[symbol].Or(outcome);
                });
        }

        return outcomes;
    }

    private async Task<IEnumerable<(string Symbol, QuoteOutcome Outcome)>> AskAsync(
        string provider, IQuoteProvider quotes, string[] symbols, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var answer = await quotes.GetQuotesAsync(symbols, linked.Token);
            return symbols.Select(symbol => (symbol, Outcome(provider, answer, symbol)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var late = QuoteOutcome.Failed(time.GetUtcNow(), new ProviderError(ProviderErrorKind.TimedOut, $"{provider} had no answer, or no budget for the request, within {Patience.TotalSeconds:0} s."));
            return symbols.Select(symbol => (symbol, late));
        }
    }

    private static QuoteOutcome Outcome(string provider, ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>> answer, string symbol)
    {
        if (!answer.IsSuccess)
            return QuoteOutcome.Failed(answer.At, answer.Error);
        if (!answer.Value.TryGetValue(symbol, out var said))
            return QuoteOutcome.Failed(answer.At, new ProviderError(ProviderErrorKind.Malformed, $"{provider} says nothing of {symbol}."));
        if (said.Value is not { } quote)
            return QuoteOutcome.Failed(answer.At, said.Error);

        // What breaks the rules for bars is no price either.
        return double.IsFinite(quote.Price) && quote.Price > 0
            ? QuoteOutcome.Of(answer.At, quote, provider)
            : QuoteOutcome.Failed(answer.At, new ProviderError(ProviderErrorKind.Malformed, $"{provider} has no price of {symbol}."));
    }
}
