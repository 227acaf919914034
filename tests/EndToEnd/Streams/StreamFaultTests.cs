using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>The stream on real processes, which die by SIGKILL. The same on every broker.</summary>
public abstract class StreamFaultTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Who dies, one after the other.</summary>
    protected abstract string[] Victims { get; }

    [Fact]
    public async Task Whoever_dies_a_reader_that_comes_back_has_missed_no_stored_bar_and_no_correction_and_got_none_twice()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var bars = new PostedBars(platform, "FAULTS");
        await bars.StoreAsync(0, 10, patience.Token);
        var before = bars.Told.Count;
        await using var reader = new ReturningReader(_ => platform.Gateway, bars.Query);
        await reader.WhenBegunAsync().WaitAsync(patience.Token);

        var minute = 1;
        foreach (var victim in Victims)
        {
            await bars.StoreAsync(minute, 11, patience.Token);
            var storing = bars.StoreAsync(minute + 1, 12, patience.Token);
            await KillAsync(victim);
            await storing;
            await bars.StoreAsync(minute, 13, patience.Token);
            minute += 2;
        }

        await Eventually.BeTrueAsync(() => reader.Events.Count >= bars.Told.Count - before, Patience);
        reader.Events.Select(item => (item.Name, item.Time, item.Close)).Should().Equal(bars.Told.Skip(before), "after {0} connections", reader.Visits + 1);
        reader.Events.Select(item => Position(item)).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        await bars.ShouldBeStoredAsync();
    }

    [Fact]
    public async Task A_bar_that_forms_is_never_read_as_a_stored_one_and_is_followed_by_the_one_that_is()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var bars = new PostedBars(platform, "FORMS");
        await bars.StoreAsync(0, 10, patience.Token);
        await using var reader = new ReturningReader(_ => platform.Gateway, bars.Query);
        await reader.WhenBegunAsync().WaitAsync(patience.Token);

        await SayAsync(Forming(1, 10.5));
        await ShouldComeAsync("forming", 1, 10.5);
        await bars.ShouldBeStoredAsync();
        await SayAsync(Forming(1, 10.75, hasEnded: true));
        (await ShouldComeAsync("forming", 1, 10.75)).Data.GetProperty("ended").GetBoolean().Should().BeTrue();
        await bars.ShouldBeStoredAsync();

        await bars.StoreAsync(1, 11, patience.Token);
        var final = await ShouldComeAsync("bar", 1, 11);
        final.Data.GetProperty("final").GetBoolean().Should().BeTrue();
        final.Data.GetProperty("source").GetString().Should().Be("test");

        // What is said late about a bar that is stored is not told any more: another bar of the same message is.
        await SayAsync(Forming(1, 12), Forming(2, 13));
        await ShouldComeAsync("forming", 2, 13);
        reader.Events.SkipWhile(item => item != final).Skip(1).Should().NotContain(item => item.Time == bars.TimeOf(1));
        await bars.ShouldBeStoredAsync();

        LiveBar Forming(int minute, double close, bool hasEnded = false) =>
            new("FORMS", Interval.OneMinute, bars.StartOf(minute), 10, 20, 5, close, 50, TimeProvider.System.GetUtcNow(), IsPartial: false, hasEnded);

        async Task<StreamedEvent> ShouldComeAsync(string name, int minute, double close)
        {
            StreamedEvent? found = null;
            await Eventually.BeTrueAsync(() => (found = reader.Events.LastOrDefault(item => (item.Name, item.Time, item.Close) == (name, bars.TimeOf(minute), close))) is not null, Patience);
            return found!;
        }
    }

    /// <summary>Publishes as Collector does.</summary>
    private async Task SayAsync(params LiveBar[] bars)
    {
        using var sidecar = new HttpClient();
        using var published = await sidecar.PostAsJsonAsync(
            $"http://127.0.0.1:{platform.SidecarPortOf("collector")}/v1.0/publish/pubsub/{Topics.LiveBars}", new LiveBars("test", bars), ContractsJson.Options);
        published.IsSuccessStatusCode.Should().BeTrue();
    }

    private Task KillAsync(string victim) => Eventually.PassAsync(
        () =>
        {
            using var process = Process.GetProcessById(platform.ProcessOf(victim));
            process.Kill();
        },
        Patience);

    private static long Position(StreamedEvent item) => long.Parse(item.Id!.Split('-')[1], CultureInfo.InvariantCulture);
}

/// <summary>With the broker in the memory of the sidecars.</summary>
[Collection(PlatformCollection.Name)]
public sealed class LocalStreamFaultTests(RunningPlatform platform) : StreamFaultTests(platform)
{
    protected override string[] Victims => ["collector", "query", "writer", "gateway", "postgres"];
}

/// <summary>On a real RabbitMQ.</summary>
[Collection(RabbitMqPlatformCollection.Name)]
public sealed class RabbitMqStreamFaultTests(RabbitMqPlatform platform) : StreamFaultTests(platform)
{
    protected override string[] Victims => ["rabbitmq", "writer"];
}
