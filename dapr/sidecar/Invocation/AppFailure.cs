using System.Globalization;
using System.Net.Sockets;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Why an application could not be called, in the words of Go's client, which people look for in logs.</summary>
internal static class AppFailure
{
    /// <summary>What stands before the reason when it is another sidecar that tells it.</summary>
    public const string RemotePrefix = "rpc error: code = Internal desc = error invoking app channel: ";

    public const string NoChannel = "rpc error: code = Internal desc = app channel is not initialized";

    public static string Describe(HttpRequestException failure, HttpMethod verb, Uri address)
    {
        if (failure.InnerException is BodyTooLargeException tooLarge) return tooLarge.Message;
        var reason = failure switch
        {
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
                $"dial tcp {address.Host}:{address.Port.ToString(CultureInfo.InvariantCulture)}: connect: connection refused",
            { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
            { InnerException: IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } } } => "read: connection reset by peer",
            _ => failure.Message,
        };
        var name = verb.Method;
        return $"{name[0]}{name[1..].ToLowerInvariant()} \"{address.OriginalString}\": {reason}";
    }
}
