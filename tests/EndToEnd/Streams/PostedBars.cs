using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Market;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>
/// Minute bars of the last session of one symbol, sent until they are stored, whatever dies meanwhile; and what a reader of the stream must have seen of them. They go past the gateway, so
/// that there is news while it is away.
/// </summary>
internal sealed class PostedBars(RunningPlatform platform, string symbol) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _collector = new() { BaseAddress = new Uri($"http://127.0.0.1:{platform.SidecarPortOf("writer")}/v1.0/invoke/collector/method/") };
    private readonly Session _session = ExchangeCalendar.UsEquities.LastCompletedSession(TimeProvider.System.GetUtcNow())!.Value;
    private readonly List<(string Name, string Time, double Close)> _told = [];
    private readonly SortedDictionary<string, double> _stored = new(StringComparer.Ordinal);

    public string Query => $"symbols={symbol}&interval=1min";

    /// <summary>What has been stored and corrected, in this order.</summary>
    public IReadOnlyList<(string Name, string Time, double Close)> Told => _told;

    public string TimeOf(int minute) => StartOf(minute).ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public DateTimeOffset StartOf(int minute) => _session.BarStart(Interval.OneMinute, minute);

    /// <summary>Stores a bar, or corrects the one that is there. Returns when the platform says that it is done.</summary>
    public async Task StoreAsync(int minute, double close, CancellationToken cancellationToken)
    {
        var bar = new { t = TimeOf(minute), open = 10, high = 20, low = 5, close, volume = 100 };
        var body = new { interval = "1min", source = "test", bars = new Dictionary<string, object[]> { [symbol] = [bar] } };
        while (!await TryStoreAsync(body, cancellationToken))
            await Task.Delay(Pause, cancellationToken);

        _told.Add((_stored.ContainsKey(bar.t) ? "correction" : "bar", bar.t, close));
        _stored[bar.t] = close;
    }

    /// <summary>What is stored now, compared with what was sent.</summary>
    public async Task ShouldBeStoredAsync() => (await BarsAsync()).Select(bar => (bar.Time, bar.Close)).Should().Equal(_stored.Select(bar => (bar.Key, bar.Value)));

    public async Task<IReadOnlyList<(string Time, double Close)>> BarsAsync() =>
        [.. (await platform.GetAsync($"/api/v1/bars/{symbol}?interval=1min&from={TimeOf(0)}&limit=1000")).GetProperty("bars").GetProperty(symbol).EnumerateArray()
            .Select(bar => (bar.GetProperty("t").GetString()!, bar.GetProperty("close").GetDouble()))];

    public void Dispose() => _collector.Dispose();

    private async Task<bool> TryStoreAsync(object body, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _collector.PostAsJsonAsync(new Uri("bars", UriKind.Relative), body, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
                return false;

            var receipt = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            (receipt.GetProperty("stored").GetInt64() + receipt.GetProperty("unchanged").GetInt64()).Should().Be(1, receipt.ToString());
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
