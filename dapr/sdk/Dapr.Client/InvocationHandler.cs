using System.Diagnostics.CodeAnalysis;

namespace Dapr.Client;

/// <summary>
/// Sends requests for <c>http://app-id/path</c> through the sidecar, as service invocation of that application.
/// </summary>
public class InvocationHandler : DelegatingHandler
{
    private Uri _endpoint = new(SidecarDefaults.HttpEndpoint(), UriKind.Absolute);

    /// <summary>The sidecar's HTTP endpoint.</summary>
    /// <exception cref="ArgumentException">The scheme is neither http nor https.</exception>
    public string DaprEndpoint
    {
        get => _endpoint.OriginalString;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var uri = new Uri(value, UriKind.Absolute);
            if (!uri.IsHttp())
            {
                throw new ArgumentException("The URI scheme of the Dapr endpoint must be http or https.", nameof(value));
            }

            _endpoint = uri;
        }
    }

    /// <summary>
    /// App id to use, in its own case, where a request's host equals it but for the case: hosts are always lower case.
    /// </summary>
    public string? DefaultAppId { get; set; }

    internal string? DaprApiToken { get; set; } = SidecarDefaults.DaprApiToken();

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var original = request.RequestUri;
        if (!TryRewriteUri(original, out var rewritten))
        {
            throw new ArgumentException($"The request URI '{original}' is not a valid Dapr service invocation destination.", nameof(request));
        }

        try
        {
            if (!string.IsNullOrWhiteSpace(DaprApiToken)) request.Headers.Add(Constants.DaprApiTokenHeader, DaprApiToken);
            request.RequestUri = rewritten;
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = original;
            request.Headers.Remove(Constants.DaprApiTokenHeader);
        }
    }

    private bool TryRewriteUri(Uri? uri, [NotNullWhen(true)] out Uri? rewritten)
    {
        if (uri is not { IsAbsoluteUri: true } || !uri.IsHttp())
        {
            rewritten = null;
            return false;
        }

        var appId = string.Equals(uri.Host, DefaultAppId, StringComparison.OrdinalIgnoreCase) ? DefaultAppId : uri.Host;
        rewritten = new UriBuilder(uri)
        {
            Scheme = _endpoint.Scheme,
            Host = _endpoint.Host,
            Port = _endpoint.Port,
            Path = $"/v1.0/invoke/{appId}/method{uri.AbsolutePath}",
        }.Uri;
        return true;
    }
}
