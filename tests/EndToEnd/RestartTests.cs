using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>Down and up again.</summary>
[Collection(PlatformCollection.Name)]
public sealed class RestartTests(RunningPlatform platform)
{
    [Fact]
    public async Task Everything_runs_again_after_down_and_up_with_its_data()
    {
        var history = History.Of(symbols: 2, first: 9_000);
        var import = await platform.StocksAsync(["import", await history.WriteAsync(platform.Data)]);
        import.ExitCode.Should().Be(0, import.ToString());
        var token = platform.Gateway.DefaultRequestHeaders.Authorization;

        (await platform.StocksAsync(["down"])).ExitCode.Should().Be(0);
        (await platform.StocksAsync(["status"])).ExitCode.Should().Be(3);
        var up = await platform.UpAsync();
        up.ExitCode.Should().Be(0, up.ToString());
        await platform.ConnectAsync();

        platform.Gateway.DefaultRequestHeaders.Authorization = token;
        await history.ShouldBeStoredAsync(platform);
    }
}
