using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Quotes;

/// <summary>
/// Tells quotes to whoever asks: those that are young enough from memory, the others from the providers, each symbol once however many ask for it at the same time. Safe to
/// use from several threads.
/// </summary>
internal sealed class QuoteDesk(
    IEnumerable<CollectionPlan> markets, QuoteRound round, ExchangeCalendar calendar, IOptions<QuoteOptions> options, IHostApplicationLifetime host, TimeProvider time)
{
    /// <summary>How many symbols are remembered.</summary>
    private const int MaxKept = 10_000;

    /// <summary>Nothing is traded that would change a quote.</summary>
    private static readonly TimeSpan MaxAgeWhileClosed = TimeSpan.FromMinutes(5);

    /// <summary>A symbol that nobody knows is not asked for again before long: that costs, too.</summary>
    private static readonly TimeSpan MaxAgeOfUnknown = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, QuoteOutcome> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<IReadOnlyDictionary<string, QuoteOutcome>>> _underWay = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CollectionPlan> _markets = markets.ToDictionary(market => market.Market, StringComparer.Ordinal);

    /// <summary>An outcome for each of the symbols, in their order.</summary>
    public async Task<IReadOnlyList<(string Symbol, QuoteOutcome Outcome)>> GetAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, QuoteOutcome>(StringComparer.Ordinal);
        var rounds = new HashSet<Task<IReadOnlyDictionary<string, QuoteOutcome>>>();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var toAsk = new List<string>();
            foreach (var symbol in symbols)
            {
                if (_kept.TryGetValue(symbol, out var kept) && kept.At + MaxAge(kept, now) > now)
                    known[symbol] = kept;
                else if (_underWay.TryGetValue(symbol, out var already))
                    rounds.Add(already);
                else
                    toAsk.Add(symbol);
            }

            foreach (var market in toAsk.GroupBy(symbol => Symbol.IsSimulated(symbol) ? Markets.Simulated : Markets.UsStocks))
            {
                // It is not this caller's: others wait for it, and what it brings has been paid for.
                var asked = AskAsync(_markets.GetValueOrDefault(market.Key), [.. market], host.ApplicationStopping);
                rounds.Add(asked);
                foreach (var symbol in market)
                    _underWay[symbol] = asked;
            }
        }

        foreach (var answered in await Task.WhenAll(rounds).WaitAsync(cancellationToken))
        {
            foreach (var symbol in symbols.Where(answered.ContainsKey))
                known.TryAdd(symbol, answered[symbol]);
        }

        return [.. symbols.Select(symbol => (symbol, known[symbol]))];
    }

    private async Task<IReadOnlyDictionary<string, QuoteOutcome>> AskAsync(CollectionPlan? market, IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        // Whoever begins it holds the lock.
        await Task.Yield();
        IReadOnlyDictionary<string, QuoteOutcome> outcomes = new Dictionary<string, QuoteOutcome>();
        try
        {
            return outcomes = await round.AskAsync(market, symbols, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                foreach (var symbol in symbols)
                    _underWay.Remove(symbol);
                foreach (var (symbol, outcome) in outcomes.Where(asked => MaxAge(asked.Value, time.GetUtcNow()) > TimeSpan.Zero))
                    Keep(symbol, outcome);
            }
        }
    }

    private void Keep(string symbol, QuoteOutcome outcome)
    {
        if (_kept.Count >= MaxKept && !_kept.ContainsKey(symbol))
        {
            var now = time.GetUtcNow();
            foreach (var (old, kept) in _kept.Where(kept => kept.Value.At + MaxAge(kept.Value, now) <= now).ToList())
                _kept.Remove(old);
            if (_kept.Count >= MaxKept)
                _kept.Clear();
        }

        _kept[symbol] = outcome;
    }

    private TimeSpan MaxAge(QuoteOutcome outcome, DateTimeOffset now) => outcome switch
    {
        { Quote: not null } when calendar.TryGetSessionAt(now, out _) || calendar.TryGetSessionAt(outcome.At, out _) => options.Value.MaxAge,
        { Quote: not null } => options.Value.MaxAge > MaxAgeWhileClosed ? options.Value.MaxAge : MaxAgeWhileClosed,
        { Error.Kind: ProviderErrorKind.UnknownSymbol } => MaxAgeOfUnknown,
        _ => TimeSpan.Zero,
    };
}
