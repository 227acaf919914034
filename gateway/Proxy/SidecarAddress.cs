using Dapr.Client;

namespace StocksDapr.Gateway.Proxy;

/// <summary>Where the gateway's own sidecar is, found as the Dapr SDK finds it.</summary>
internal sealed class SidecarAddress
{
    public SidecarAddress(IConfiguration configuration)
    {
        Endpoint = configuration["DAPR_HTTP_ENDPOINT"] is { Length: > 0 } endpoint
            ? endpoint.TrimEnd('/')
            : $"http://127.0.0.1:{configuration["DAPR_HTTP_PORT"] ?? "3500"}";
        ApiToken = configuration["DAPR_API_TOKEN"] is { Length: > 0 } token ? token : null;
    }

    /// <summary>The sidecar's address, without a slash at the end.</summary>
    public string Endpoint { get; }

    /// <summary>What the sidecar wants to see from its application; null where it wants nothing.</summary>
    public string? ApiToken { get; }

    /// <summary>What comes before the path of a service's method.</summary>
    public string MethodPrefix(string appId) => $"{Endpoint}/v1.0/invoke/{appId}/method";

    /// <summary>A client for calls of the gateway's own to a service.</summary>
    public HttpClient CreateClient(string appId) => DaprClient.CreateInvokeHttpClient(appId, Endpoint, ApiToken);
}
