using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Which headers pass through an invocation.</summary>
internal static class HeaderRules
{
    private static readonly FrozenSet<string> HopByHop = new[]
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotForwarded = new[]
    {
        "host", "content-length", "expect", "dapr-app-id", "destination-app-id",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotReturned = new[] { "content-length", "date", "server", "destination-app-id" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies the caller's headers.</summary>
    /// <param name="from">The caller's request.</param>
    /// <param name="to">The request to the callee, with its content if it has one.</param>
    /// <param name="tracing">True when the sidecar sets the trace headers itself.</param>
    public static void CopyRequest(IHeaderDictionary from, HttpRequestMessage to, bool tracing)
    {
        var named = from.Connection;
        foreach (var (name, values) in from)
        {
            if (name.StartsWith(':') || HopByHop.Contains(name) || NotForwarded.Contains(name) || IsNamed(named, name)) continue;
            if (name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)) continue;
            if (tracing && (Is(name, "traceparent") || Is(name, "tracestate") || Is(name, "baggage"))) continue;
            if (Is(name, "content-type"))
            {
                // Without a body there is no content; the header goes with one of no length.
                to.Content ??= new ByteArrayContent([]);
                to.Content.Headers.TryAddWithoutValidation("content-type", (IEnumerable<string?>)values);
                continue;
            }

            var sent = name.ToLowerInvariant();
            if (sent.StartsWith("grpc-", StringComparison.Ordinal)) sent = "dapr-" + sent;
            if (!to.Headers.TryAddWithoutValidation(sent, (IEnumerable<string?>)values)) to.Content?.Headers.TryAddWithoutValidation(sent, (IEnumerable<string?>)values);
        }
    }

    /// <summary>Copies the callee's headers.</summary>
    public static void CopyResponse(HttpResponseMessage from, IHeaderDictionary to)
    {
        Copy(from.Headers.NonValidated, from, to);
        Copy(from.Content.Headers.NonValidated, from, to);
    }

    private static void Copy(System.Net.Http.Headers.HttpHeadersNonValidated headers, HttpResponseMessage from, IHeaderDictionary to)
    {
        foreach (var (original, values) in headers)
        {
            var name = original;
            if (HopByHop.Contains(name) || NotReturned.Contains(name) || name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)) continue;
            if (from.Headers.Connection.Count > 0 && from.Headers.Connection.Contains(name)) continue;
            if (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)) name = "dapr-" + name;
            to[name] = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
        }
    }

    private static bool IsNamed(StringValues connection, string name)
    {
        if (connection.Count == 0) return false;
        foreach (var value in connection)
        {
            foreach (var part in (value ?? "").Split(','))
            {
                if (Is(part.Trim(), name)) return true;
            }
        }

        return false;
    }

    private static bool Is(string name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
