using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;

namespace StocksDapr.Collector.CrossChecks;

/// <summary>The values of stored bars, as Query says.</summary>
internal interface IStoredValues
{
    /// <summary>The raw bars of a symbol in a session; none when nothing is stored.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyList<SourcedBar>> GetAsync(string symbol, Interval interval, Session session, CancellationToken cancellationToken);
}

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Its relative addresses are Query's paths.</param>
internal sealed class QueryStoredValues(HttpClient query) : IStoredValues
{
    public async Task<IReadOnlyList<SourcedBar>> GetAsync(string symbol, Interval interval, Session session, CancellationToken cancellationToken)
    {
        var (from, to) = (session.BarStart(interval, 0), session.BarStart(interval, session.BarCount(interval) - 1));
        var format = interval.IsIntraday ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd";
        try
        {
            var path = $"/bars?symbols={Uri.EscapeDataString(symbol)}&interval={interval.Code}&from={Text(from)}&to={Text(to)}&limit=1000";
            using var response = await query.GetAsync(path, cancellationToken);
            if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
                return [];
            response.EnsureSuccessStatusCode();
            var page = await response.Content.ReadFromJsonAsync<Page>(ContractsJson.Options, cancellationToken);
            return page?.Bars is { } bars ? [.. bars.GetValueOrDefault(symbol, []).Select(Read)] : throw new StoredBarsUnknownException("Query's answer to /bars has no 'bars'.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or FormatException or NotSupportedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoredBarsUnknownException(e.Message, e);
        }

        string Text(DateTimeOffset start) => start.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    private static SourcedBar Read(Item bar) => new(
        DateTimeOffset.Parse(bar.T, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal), bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, bar.Source);

    private sealed record Page(IReadOnlyDictionary<string, IReadOnlyList<Item>>? Bars);

    private sealed record Item(string T, double Open, double High, double Low, double Close, double Volume, string Source);
}
