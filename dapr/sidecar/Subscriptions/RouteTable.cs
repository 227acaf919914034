using System.Text.Json;
using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>The rules of one subscription, compiled.</summary>
internal sealed class RouteTable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 10_000 };

    private readonly (CelProgram? Match, string Path)[] _routes;

    /// <exception cref="CelException">A rule is not valid CEL.</exception>
    public RouteTable(IReadOnlyList<RouteRule> rules) =>
        _routes = [.. rules.Select(rule => (string.IsNullOrWhiteSpace(rule.Match) ? null : CelProgram.Compile(rule.Match.Trim(), "event"), rule.Path))];

    /// <summary>Path of the first rule that matches the event; null = no rule does.</summary>
    /// <exception cref="CelException">A rule cannot be evaluated, which counts as a failed delivery.</exception>
    public string? Find(ReadOnlyMemory<byte> cloudEvent)
    {
        JsonDocument? parsed = null;
        try
        {
            foreach (var (match, path) in _routes)
            {
                if (match is null) return path;
                parsed ??= JsonDocument.Parse(cloudEvent, Options);
                var variables = CelVariables.Of("event", CelJson.ToCel(parsed.RootElement));
                if (match.Evaluate(variables) is not bool matches) throw new CelException($"the rule '{match.Source}' is not a condition");
                if (matches) return path;
            }

            return null;
        }
        finally
        {
            parsed?.Dispose();
        }
    }
}
