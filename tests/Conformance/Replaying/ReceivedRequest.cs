using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace StocksDapr.Conformance.Replaying;

/// <summary>A request that reached an application.</summary>
internal sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, long At)
{
    private static readonly HashSet<string> NotShown = ["host", "content-length", "accept-encoding", "user-agent", "transfer-encoding", "connection"];

    public string PathOnly => Path.Split('?')[0];

    public static ReceivedRequest Of(HttpContext http, byte[] body, long at)
    {
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value.ToArray()), StringComparer.Ordinal);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return new ReceivedRequest(http.Request.Method, target, headers, body, at);
    }

    /// <summary>As the recordings show a delivery.</summary>
    public JsonObject Show(bool exact)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in Headers.OrderBy(header => header.Key, StringComparer.Ordinal))
        {
            if (!NotShown.Contains(name)) headers[name] = value;
        }

        var shown = new JsonObject { ["method"] = Method, ["path"] = Path, ["headers"] = headers };
        Bodies.Show(Body, exact, shown);
        return shown;
    }
}
