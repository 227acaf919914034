using System.Globalization;
using StocksDapr.Support;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>A second replica of Collector.</summary>
internal sealed class SecondCollector : IAsyncDisposable
{
    private readonly Replica _replica;

    private SecondCollector(Replica replica) => _replica = replica;

    public static async Task<SecondCollector> StartAsync(RunsPlatform platform)
    {
        var second = new SecondCollector(await Replica.StartAsync(platform, "Collector"));
        await Eventually.BeTrueAsync(async () => await second.LooksAsync() > 0, TimeSpan.FromMinutes(1));
        return second;
    }

    /// <summary>How often it has looked at what is due, with success.</summary>
    public async Task<long> LooksAsync()
    {
        try
        {
            var metrics = await _replica.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            var count = metrics.Split('\n').FirstOrDefault(line => line.StartsWith("collector_schedule_duration_seconds_count", StringComparison.Ordinal) && line.Contains("done", StringComparison.Ordinal));
            return count is null ? 0 : long.Parse(count.Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public ValueTask DisposeAsync() => _replica.DisposeAsync();
}
