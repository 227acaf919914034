using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Schedules;

/// <summary>
/// When somebody last told the splits and dividends of each symbol of a market, for all replicas together. A free plan may pay for part of a market a day: who has
/// waited longest comes first, so that every symbol has its turn.
/// </summary>
internal sealed class ReferenceBook(IProviderState state, TimeProvider time)
{
    private const int Attempts = 10;
    private const int MaxDelayMilliseconds = 20;

    /// <summary>What has not been told for so long is as good as never told: it is not tracked any more, or nobody has it.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>The symbols, those first that were never told, then the one that was told longest ago; of equals in the order in which they are given.</summary>
    /// <exception cref="StateUnavailableException">Nobody knows.</exception>
    public async Task<IReadOnlyList<string>> MostOverdueFirstAsync(string market, IEnumerable<string> symbols, CancellationToken cancellationToken)
    {
        var (told, _) = await state.ReadAsync<Dictionary<string, DateTimeOffset>>(Key(market), cancellationToken);
        return told is null ? [.. symbols] : [.. symbols.OrderBy(symbol => told.GetValueOrDefault(symbol))];
    }

    /// <summary>Remembers that some have been told now. Where that cannot be written they come again sooner than they must, which costs a request.</summary>
    public async Task ToldAsync(string market, IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        for (var attempt = 1; symbols.Count > 0 && attempt <= Attempts; attempt++)
        {
            try
            {
                var (told, version) = await state.ReadAsync<Dictionary<string, DateTimeOffset>>(Key(market), cancellationToken);
                var now = time.GetUtcNow();
                var next = (told ?? []).Where(known => known.Value > now - Kept).ToDictionary(StringComparer.Ordinal);
                foreach (var symbol in symbols)
                    next[symbol] = now;
                if (await state.TryWriteAsync(Key(market), next, version, cancellationToken))
                    return;
            }
            catch (StateUnavailableException) when (attempt == Attempts)
            {
                return;
            }
            catch (StateUnavailableException)
            {
                // It may be back in a moment.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(attempt * MaxDelayMilliseconds)), time, cancellationToken);
        }
    }

    private static string Key(string market) => $"reference-{market}";
}
