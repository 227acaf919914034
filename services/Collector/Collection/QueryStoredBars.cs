using System.Globalization;
using System.Net;
using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Its relative addresses are Query's paths.</param>
internal sealed class QueryStoredBars(HttpClient query) : IStoredBars
{
    private const string UnknownSymbol = "unknown_symbol";

    private const int PageSize = 10_000;

    /// <summary>Keeps the address below the 8 KiB that servers take.</summary>
    private const int SymbolsPerRequest = 250;

    public async Task<IReadOnlyDictionary<string, StoredSeries>> GetSeriesAsync(
        IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken)
    {
        var series = new Dictionary<string, StoredSeries>(StringComparer.Ordinal);
        foreach (var some in symbols.Chunk(SymbolsPerRequest))
        {
            var answer = await GetAsync<SeriesAnswer>($"/series?symbols={Escape(some)}&interval={interval.Code}", cancellationToken);
            foreach (var item in answer.Series ?? throw new StoredBarsUnknownException("Query's answer to /series has no 'series'."))
                series[item.Symbol] = new StoredSeries(Instant(item.First), Instant(item.Last), item.Bars);
        }

        return series;
    }

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>>> GetStartsAsync(
        IReadOnlyCollection<string> symbols, Interval interval, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var starts = new Dictionary<string, IReadOnlyList<DateTimeOffset>>(StringComparer.Ordinal);
        foreach (var some in symbols.Chunk(SymbolsPerRequest))
        {
            var range = $"/bars?symbols={Escape(some)}&interval={interval.Code}&from={Text(from, interval)}&to={Text(to, interval)}&limit={PageSize}";
            string? cursor = null;
            do
            {
                if (await TryGetAsync<BarsPage>(cursor is null ? range : $"{range}&cursor={Uri.EscapeDataString(cursor)}", cancellationToken) is not { } page)
                    break;

                var bars = page.Bars ?? throw new StoredBarsUnknownException("Query's answer to /bars has no 'bars'.");
                foreach (var (symbol, ofSymbol) in bars)
                    starts[symbol] = [.. starts.GetValueOrDefault(symbol, []), .. ofSymbol.Select(bar => Instant(bar.T))];
                cursor = page.Next;
            }
            while (cursor is not null);
        }

        return starts;
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class =>
        await TryGetAsync<T>(path, cancellationToken) ?? throw new StoredBarsUnknownException("Query answered null.");

    /// <summary>Null where Query knows none of the symbols, so that none of them has a bar.</summary>
    private async Task<T?> TryGetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await query.GetAsync(path, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound
                && await response.Content.ReadFromJsonAsync<Problem>(ContractsJson.Options, cancellationToken) is { Code: UnknownSymbol })
            {
                return null;
            }

            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<T>(ContractsJson.Options, cancellationToken)
                ?? throw new StoredBarsUnknownException("Query answered null.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or NotSupportedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoredBarsUnknownException(e.Message, e);
        }
    }

    private static string Escape(IEnumerable<string> symbols) => Uri.EscapeDataString(string.Join(',', symbols));

    private static string Text(DateTimeOffset start, Interval interval) =>
        start.UtcDateTime.ToString(interval.IsIntraday ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Instant(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var instant)
            ? instant
            : throw new StoredBarsUnknownException("Query said a time that cannot be read.");
    }

    private sealed record Problem(string? Code);

    private sealed record SeriesAnswer(IReadOnlyList<SeriesItem>? Series);

    private sealed record SeriesItem(string Symbol, string First, string Last, long Bars);

    private sealed record BarsPage(IReadOnlyDictionary<string, IReadOnlyList<BarTime>>? Bars, string? Next);

    /// <summary>Of a bar its start alone.</summary>
    private sealed record BarTime(string T);
}
