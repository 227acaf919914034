using System.Text.Json;
using Dapr.Client.Http;

namespace Dapr.Client;

/// <summary>Builds a <see cref="DaprClient" />. Without further words it finds the sidecar by Dapr's environment variables.</summary>
public sealed class DaprClientBuilder
{
    private string _grpcEndpoint = SidecarDefaults.GrpcEndpoint();
    private string _httpEndpoint = SidecarDefaults.HttpEndpoint();
    private string? _daprApiToken = SidecarDefaults.DaprApiToken();
    private JsonSerializerOptions _jsonSerializerOptions = new(JsonSerializerDefaults.Web);
    private TimeSpan _timeout;

    /// <summary>Sets the sidecar's HTTP endpoint, over which this client makes all its calls.</summary>
    public DaprClientBuilder UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(httpEndpoint);
        _httpEndpoint = httpEndpoint;
        return this;
    }

    /// <summary>Sets the sidecar's gRPC endpoint. It is checked; no call of this client goes there.</summary>
    public DaprClientBuilder UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        _grpcEndpoint = grpcEndpoint;
        return this;
    }

    /// <summary>Sets how the application's own types are written and read; web defaults otherwise.</summary>
    public DaprClientBuilder UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _jsonSerializerOptions = options;
        return this;
    }

    /// <summary>Sets the token that the sidecar asks for.</summary>
    public DaprClientBuilder UseDaprApiToken(string apiToken)
    {
        _daprApiToken = apiToken;
        return this;
    }

    /// <summary>Limits health checks and service invocations; the other calls end with their cancellation token only.</summary>
    public DaprClientBuilder UseTimeout(TimeSpan timeout)
    {
        _timeout = timeout;
        return this;
    }

    /// <summary>Builds the client.</summary>
    /// <exception cref="InvalidOperationException">An endpoint is neither http nor https.</exception>
    public DaprClient Build()
    {
        if (!new Uri(_grpcEndpoint).IsHttp()) throw new InvalidOperationException("The gRPC endpoint must use http or https.");
        var httpEndpoint = new Uri(_httpEndpoint);
        if (!httpEndpoint.IsHttp()) throw new InvalidOperationException("The HTTP endpoint must use http or https.");
        return new HttpDaprClient(new SidecarChannel(httpEndpoint, _daprApiToken, _timeout), _jsonSerializerOptions);
    }
}
