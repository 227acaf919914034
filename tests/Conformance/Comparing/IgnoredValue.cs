using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StocksDapr.Conformance.Comparing;

/// <summary>The kinds of values that may differ, and what they must still be.</summary>
internal static partial class IgnoredValue
{
    private const string NoTrace = "00-00000000000000000000000000000000-0000000000000000-00";

    public static bool Holds(string kind, JsonNode? expected, JsonNode? seen) => kind switch
    {
        "any" or "optional" => true,
        "uuid" => Guid.TryParse(Text(seen), out _),
        "time" => DateTimeOffset.TryParse(Text(seen), CultureInfo.InvariantCulture, DateTimeStyles.None, out _) && Text(seen).Contains('T', StringComparison.Ordinal),
        "number" => seen?.GetValueKind() == JsonValueKind.Number,
        "digits" => Text(seen).Length > 0 && Text(seen).All(char.IsAsciiDigit),
        "traceparent" => TraceParent().IsMatch(Text(seen)),
        "trace" => TraceParent().IsMatch(Text(seen)) || (IsNoTrace(expected) && IsNoTrace(seen)),
        "trace-kept" => TraceParent().IsMatch(Text(seen)) && Text(seen)[3..35] == Text(expected)[3..35],
        "text" => Blank(Text(seen)) == Blank(Text(expected)),
        "wording" => Text(seen).Length > 0,
        "timing" => WithinTime(expected, seen),
        _ => throw new InvalidOperationException($"the kind '{kind}' is not known"),
    };

    /// <summary>Whether a value of this kind may be missing altogether.</summary>
    public static bool MayBeAbsent(string kind, JsonNode? expected) => kind == "optional" || (kind == "trace" && IsNoTrace(expected));

    private static bool WithinTime(JsonNode? expected, JsonNode? seen)
    {
        if (expected is null || seen is null) return false;
        var (recorded, now) = (Number(expected), Number(seen));
        return now >= (0.4 * recorded) - 150 && now <= (2.5 * recorded) + 600;
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool IsNoTrace(JsonNode? node) => Text(node) is "" or NoTrace;

    private static string Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : node?.ToJsonString() ?? "";

    private static string Blank(string text) => LongNumbers().Replace(Times().Replace(Uuids().Replace(text, "<uuid>"), "<time>"), "<number>");

    [GeneratedRegex("^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
    private static partial Regex TraceParent();

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Uuids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Times();

    [GeneratedRegex(@"\d{4,}")]
    private static partial Regex LongNumbers();
}
