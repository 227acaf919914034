using System.Globalization;

namespace Dapr.Client;

/// <summary>
/// Where the sidecar is and which tokens are used when nobody says otherwise: configuration first, then the environment.
/// </summary>
internal static class SidecarDefaults
{
    private const string Host = "localhost";
    private const int HttpPort = 3500;
    private const int GrpcPort = 50001;

    public static string HttpEndpoint(Func<string, string?>? configuration = null) =>
        Endpoint(configuration, "DAPR_HTTP_ENDPOINT", "DAPR_HTTP_PORT", HttpPort);

    public static string GrpcEndpoint(Func<string, string?>? configuration = null) =>
        Endpoint(configuration, "DAPR_GRPC_ENDPOINT", "DAPR_GRPC_PORT", GrpcPort);

    /// <summary>The token that the application sends to the sidecar; empty when there is none.</summary>
    public static string DaprApiToken(Func<string, string?>? configuration = null) =>
        Value(configuration, "DAPR_API_TOKEN") ?? string.Empty;

    /// <summary>The token that the sidecar sends to the application; empty when there is none.</summary>
    public static string AppApiToken(Func<string, string?>? configuration = null) =>
        Value(configuration, "APP_API_TOKEN") ?? string.Empty;

    private static string Endpoint(Func<string, string?>? configuration, string endpointName, string portName, int defaultPort)
    {
        var endpoint = Value(configuration, endpointName);
        var portText = Value(configuration, portName);
        // A port that is no number is an operator's mistake worth hearing of, even where the endpoint wins.
        var port = string.IsNullOrWhiteSpace(portText) ? defaultPort : int.Parse(portText, CultureInfo.InvariantCulture);

        if (string.IsNullOrWhiteSpace(endpoint)) return new UriBuilder(Uri.UriSchemeHttp, Host, port).ToString();
        var uri = new Uri(endpoint);
        return new UriBuilder(uri.Scheme, uri.Host, uri.Port).ToString();
    }

    private static string? Value(Func<string, string?>? configuration, string name) =>
        configuration?.Invoke(name) ?? Environment.GetEnvironmentVariable(name);
}
