namespace StocksDapr.Gateway.House;

/// <summary>A test that has a house of its own.</summary>
public abstract class GatewayTest : IAsyncLifetime
{
    private protected GatewayHouse House { get; private set; } = null!;

    /// <summary>Configuration of the gateway, such as <c>--Registration:Open=false</c>.</summary>
    protected virtual string[] Settings => [];

    protected virtual TimeProvider? Time => null;

    public async Task InitializeAsync() => House = await GatewayHouse.StartAsync(Time, Settings);

    public async Task DisposeAsync() => await House.DisposeAsync();
}
