namespace StocksDapr.Gateway.Proxy;

/// <summary>Where the gateway's own sidecar is, found as the Dapr SDK finds it.</summary>
internal sealed class SidecarAddress
{
    private readonly string _endpoint;

    public SidecarAddress(IConfiguration configuration)
    {
        _endpoint = configuration["DAPR_HTTP_ENDPOINT"] is { Length: > 0 } endpoint
            ? endpoint.TrimEnd('/')
            : $"http://127.0.0.1:{configuration["DAPR_HTTP_PORT"] ?? "3500"}";
        ApiToken = configuration["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null;
    }

    /// <summary>What the sidecar wants to see from its application; null where it wants nothing.</summary>
    public string? ApiToken { get; }

    /// <summary>What comes before the path of a service's method.</summary>
    public string MethodPrefix(string appId) => $"{_endpoint}/v1.0/invoke/{appId}/method";
}
