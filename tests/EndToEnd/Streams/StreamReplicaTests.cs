using System.Diagnostics;
using StocksDapr.EndToEnd.Runs;
using StocksDapr.Support;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>Two replicas of the gateway before two of Query, of which one dies.</summary>
[Collection(RunsPlatformCollection.Name)]
public sealed class StreamReplicaTests(RunsPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_reader_that_comes_back_to_another_replica_each_time_misses_nothing_and_gets_nothing_twice()
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var gateway = await Replica.StartAsync(platform, "Gateway");
        await using var query = await Replica.StartAsync(platform, "Query");
        await Eventually.BeTrueAsync(async () => await gateway.IsThereAsync() && await query.IsThereAsync(), Patience);
        gateway.Client.DefaultRequestHeaders.Authorization = platform.Gateway.DefaultRequestHeaders.Authorization;
        using var bars = new PostedBars(platform, "REPLICAS");
        await bars.StoreAsync(0, 10, patience.Token);
        HttpClient[] gateways = [platform.Gateway, gateway.Client];
        await using var reader = new ReturningReader(visit => gateways[visit % 2], bars.Query, visitLength: 2);
        await using var other = new ReturningReader(visit => gateways[1 - (visit % 2)], bars.Query, visitLength: 3);
        await Task.WhenAll(reader.WhenBegunAsync(), other.WhenBegunAsync()).WaitAsync(patience.Token);

        for (var minute = 1; minute <= 12; minute++)
        {
            if (minute == 6)
                KillQuery();
            await bars.StoreAsync(minute, 10 + (minute / 4.0), patience.Token);
        }

        var told = bars.Told.Skip(1).ToList();
        await Eventually.BeTrueAsync(() => reader.Events.Count >= told.Count && other.Events.Count >= told.Count, Patience);
        reader.Events.Select(item => (item.Name, item.Time, item.Close)).Should().Equal(told);
        other.Events.Select(item => (item.Name, item.Time, item.Close)).Should().Equal(told);
        reader.Visits.Should().BeGreaterThan(4);
        await bars.ShouldBeStoredAsync();
    }

    private void KillQuery()
    {
        using var process = Process.GetProcessById(platform.ProcessOf("query"));
        process.Kill();
    }
}
