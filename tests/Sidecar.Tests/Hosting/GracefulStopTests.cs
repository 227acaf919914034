using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Hosting;

public sealed class GracefulStopTests
{
    [Fact]
    public async Task A_delivery_under_way_is_finished_and_its_handler_can_still_publish()
    {
        RunningApp? app = null;
        var arrived = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var published = 0;
        app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
                if (http.Request.Path != "/t") return;
                arrived.TrySetResult();
                await goOn.Task;
                published = (int)(await app!.Client.PostAsync("/v1.0/publish/bus/next", JsonContent.Create(1))).StatusCode;
            },
            [RunningApp.ParallelBus]);
        await using var running = app;
        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var stopping = app.Sidecar.StopAsync(CancellationToken.None);
        stopping.IsCompleted.Should().BeFalse("a delivery is under way");
        goOn.SetResult();
        await stopping.WaitAsync(TimeSpan.FromSeconds(10));

        published.Should().Be(204);
    }

    [Fact]
    public async Task What_takes_longer_than_the_limit_is_cut_off()
    {
        var arrived = new TaskCompletionSource();
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
                if (http.Request.Path != "/t") return;
                arrived.TrySetResult();
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            },
            [RunningApp.Bus],
            options: options => options with { GracefulShutdown = TimeSpan.FromMilliseconds(200) });
        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await app.Sidecar.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Shutdown_over_the_API_is_asked_for_once_and_answered()
    {
        await using var app = await RunningApp.StartAsync(handler: null);

        using var response = await app.Client.PostAsync("/v1.0/shutdown", null);

        ((int)response.StatusCode).Should().Be(204);
        (await app.Sidecar.ShutdownRequested.WaitAsync(TimeSpan.FromSeconds(10))).Should().Be(0);
        await Eventually.BeTrueAsync(() => app.Sidecar.ShutdownRequested.IsCompleted);
    }
}
