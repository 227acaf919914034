namespace StocksDapr.EndToEnd;

/// <summary>Two runs of one data folder with different component sets.</summary>
[Collection(RabbitMqPlatformCollection.Name)]
public sealed class ComponentSwapTests(RabbitMqPlatform platform)
{
    private const int Symbols = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Imports_go_on_over_the_change_to_another_broker_and_back()
    {
        var (left, returned) = (History.Of(Symbols, 11_000), History.Of(Symbols, 12_000));

        // What is in RabbitMQ's queues when the run leaves it is delivered when it comes back, long after it was stored by another road.
        await ImportOverAChangeAsync(left, to: "local");
        await ImportOverAChangeAsync(returned, to: "rabbitmq");

        await left.ShouldBeStoredAsync(platform);
        await returned.ShouldBeStoredAsync(platform);
    }

    private async Task ImportOverAChangeAsync(History history, string to)
    {
        var import = platform.StocksAsync(["import", await history.WriteAsync(platform.Data)]);
        await history.ShouldBeUnderWayAsync(platform);
        var port = platform.Gateway.BaseAddress!.Port;
        (await platform.StocksAsync(["down"])).ExitCode.Should().Be(0);

        platform.Components = to;
        var up = await platform.UpAsync(port);
        up.ExitCode.Should().Be(0, up.ToString());
        await platform.ConnectAsync();

        var ended = await import.WaitAsync(Patience);
        ended.ExitCode.Should().Be(0, ended.ToString());
    }
}
