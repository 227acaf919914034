using System.Globalization;
using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>What is known of forming bars by others.</summary>
internal interface IFormingBars
{
    /// <summary>The bars of a source that are forming; null when nobody can be asked.</summary>
    Task<IReadOnlyList<LiveBar>?> GetAsync(string source, CancellationToken cancellationToken);
}

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Its relative addresses are Query's paths.</param>
/// <param name="logger">Told when Query cannot be asked.</param>
internal sealed class QueryFormingBars(HttpClient query, ILogger<QueryFormingBars> logger) : IFormingBars
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<LiveBar>?> GetAsync(string source, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var page = await query.GetFromJsonAsync<JsonElement>("/stream/events?limit=100000", patience.Token);
            return [.. page.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("data"))
                .Where(data => data.GetProperty("source").GetString() == source && !data.GetProperty("ended").GetBoolean()).Select(Read).OfType<LiveBar>()];
        }
        catch (Exception e) when (
            e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.FormingBarsUnknown(source, e.Message);
            return null;
        }
    }

    private static LiveBar? Read(JsonElement data) =>
        Interval.TryParse(data.GetProperty("interval").GetString(), out var interval) && BarTime.Parse(System.Text.Encoding.UTF8.GetBytes(data.GetProperty("t").GetString()!)) is { } start
            ? new LiveBar(
                data.GetProperty("symbol").GetString()!, interval, start,
                data.GetProperty("open").GetDouble(), data.GetProperty("high").GetDouble(), data.GetProperty("low").GetDouble(), data.GetProperty("close").GetDouble(),
                data.GetProperty("volume").GetInt64(), DateTimeOffset.Parse(data.GetProperty("recordedAt").GetString()!, CultureInfo.InvariantCulture),
                IsPartial: true, HasEnded: false)
            : null;
}
