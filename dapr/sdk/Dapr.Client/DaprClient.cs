using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;

namespace Dapr.Client;

/// <summary>
/// Calls the Dapr sidecar of this application. Thread-safe; one instance serves a whole process.
/// Every call fails with a <see cref="DaprException" /> when the sidecar cannot be reached or answers with an error.
/// </summary>
public abstract partial class DaprClient : IDisposable
{
    private bool _disposed;

    /// <summary>How the application's own types are written and read.</summary>
    public abstract JsonSerializerOptions JsonSerializerOptions { get; }

    /// <summary>
    /// Makes an <see cref="HttpClient" /> whose requests to <c>http://app-id/path</c> go through the sidecar.
    /// </summary>
    /// <param name="appId">The application to call; becomes the base address, so that relative URIs work.</param>
    /// <param name="daprEndpoint">The sidecar's HTTP endpoint; found by the environment when null.</param>
    /// <param name="daprApiToken">The token that the sidecar asks for; when null, none is sent.</param>
    /// <exception cref="ArgumentException"><paramref name="appId" /> cannot be a host name, or the endpoint is not http or https.</exception>
    public static HttpClient CreateInvokeHttpClient(string? appId = null, string? daprEndpoint = null, string? daprApiToken = null)
    {
        var handler = new InvocationHandler { InnerHandler = new HttpClientHandler(), DaprApiToken = daprApiToken, DefaultAppId = appId };
        var client = new HttpClient(handler);
        try
        {
            if (daprEndpoint is not null) handler.DaprEndpoint = daprEndpoint;
            client.DefaultRequestHeaders.UserAgent.Add(UserAgent());
            if (appId is not null) client.BaseAddress = new Uri($"http://{appId}");
            return client;
        }
        catch (UriFormatException e) when (appId is not null && client.BaseAddress is null)
        {
            client.Dispose();
            throw new ArgumentException("The appId must be a valid hostname.", nameof(appId), e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Whether the sidecar is ready and has reached the application. False when it cannot be asked.</summary>
    public abstract Task<bool> CheckHealthAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether the sidecar takes calls of the application; the application itself need not listen yet. False when it cannot be asked.</summary>
    public abstract Task<bool> CheckOutboundHealthAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until the sidecar takes calls of the application, asking twice a second.</summary>
    public abstract Task WaitForSidecarAsync(CancellationToken cancellationToken = default);

    /// <summary>Asks the sidecar to end in order.</summary>
    public abstract Task ShutdownSidecarAsync(CancellationToken cancellationToken = default);

    /// <summary>What the sidecar tells about itself.</summary>
    public abstract Task<DaprMetadata> GetMetadataAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds an attribute to what the sidecar tells about itself.</summary>
    public abstract Task SetMetadataAsync(string attributeName, string attributeValue, CancellationToken cancellationToken = default);

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_disposed)
        {
            Dispose(disposing: true);
            _disposed = true;
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the connections.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The product token that requests carry.</summary>
    protected static ProductInfoHeaderValue UserAgent()
    {
        var version = typeof(DaprClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return new ProductInfoHeaderValue("dapr-sdk-dotnet", $"v{version}");
    }

    internal static ProductInfoHeaderValue Product() => UserAgent();
}
