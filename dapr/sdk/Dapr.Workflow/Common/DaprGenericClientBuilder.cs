using System.Text.Json;
using Dapr.Client;
using Microsoft.Extensions.Configuration;

namespace Dapr.Common;

/// <summary>Makes a client that speaks to the sidecar. What is not set comes from the configuration, then the environment.</summary>
public abstract class DaprGenericClientBuilder<TClientBuilder>
    where TClientBuilder : class, IDaprClient
{
    /// <summary>Takes the defaults.</summary>
    protected DaprGenericClientBuilder(IConfiguration? configuration = null)
    {
        Func<string, string?>? values = configuration is null ? null : name => configuration[name];
        GrpcEndpoint = SidecarDefaults.GrpcEndpoint(values);
        HttpEndpoint = SidecarDefaults.HttpEndpoint(values);
        DaprApiToken = SidecarDefaults.DaprApiToken(values);
    }

    /// <summary>How the client writes JSON.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; private set; } = new(JsonSerializerDefaults.Web);

    /// <summary>What the client proves itself to the sidecar with; empty for nothing.</summary>
    public string DaprApiToken { get; private set; }

    internal string GrpcEndpoint { get; private set; }

    internal string HttpEndpoint { get; private set; }

    internal Func<HttpClient>? HttpClientFactory { get; private set; }

    internal TimeSpan Timeout { get; private set; }

    /// <summary>Where the sidecar answers HTTP.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(httpEndpoint);
        HttpEndpoint = httpEndpoint;
        return this;
    }

    /// <summary>Where the HTTP clients come from. Their handler must speak HTTP/2.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseHttpClientFactory(IHttpClientFactory httpClientFactory)
    {
        ArgumentNullException.ThrowIfNull(httpClientFactory);
        HttpClientFactory = () => httpClientFactory.CreateClient(string.Empty);
        return this;
    }

    /// <summary>Where the sidecar answers gRPC.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseGrpcEndpoint(string grpcEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(grpcEndpoint);
        GrpcEndpoint = grpcEndpoint;
        return this;
    }

    /// <summary>How the client writes JSON.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        JsonSerializerOptions = options;
        return this;
    }

    /// <summary>What the client proves itself to the sidecar with.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseDaprApiToken(string apiToken)
    {
        DaprApiToken = apiToken;
        return this;
    }

    /// <summary>How long a call may take; zero for as long as it likes.</summary>
    public DaprGenericClientBuilder<TClientBuilder> UseTimeout(TimeSpan timeout)
    {
        Timeout = timeout;
        return this;
    }

    /// <summary>Makes the client.</summary>
    public abstract TClientBuilder Build();
}
