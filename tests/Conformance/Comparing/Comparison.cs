using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StocksDapr.Conformance.Comparing;

/// <summary>Compares what was seen with what was recorded, by the rules of README.md beside the recordings.</summary>
internal sealed class Comparison(IReadOnlyDictionary<string, string> ignore, Func<string, string> fill, bool unordered)
{
    private const string Address = "<address>";

    /// <summary>The differences of one step.</summary>
    public IReadOnlyList<string> Compare(int step, JsonObject expected, JsonObject seen)
    {
        expected = expected.DeepClone().AsObject();
        expected.Remove("step");
        var differences = new List<string>();
        Compare($"/{step}", expected, seen, differences);
        return differences;
    }

    private void Compare(string pointer, JsonNode? expected, JsonNode? seen, List<string> differences)
    {
        if (ignore.TryGetValue(pointer, out var kind))
        {
            if (!IgnoredValue.Holds(kind, expected, seen)) differences.Add($"{pointer}: {Text(seen)} is not {kind} beside {Text(expected)}");
            return;
        }

        switch (expected, seen)
        {
            case (JsonObject left, JsonObject right):
                CompareObjects(pointer, left, right, differences);
                break;
            case (JsonArray left, JsonArray right):
                CompareArrays(pointer, left, right, differences);
                break;
            default:
                if (!SameValue(expected, seen)) differences.Add($"{pointer}: {Text(seen)} instead of {Text(expected)}");
                break;
        }
    }

    private void CompareObjects(string pointer, JsonObject expected, JsonObject seen, List<string> differences)
    {
        foreach (var (name, value) in expected)
        {
            var member = $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            if (seen.TryGetPropertyValue(name, out var other)) Compare(member, value, other, differences);
            else if (!ignore.TryGetValue(member, out var kind) || !IgnoredValue.MayBeAbsent(kind, value)) differences.Add($"{member} is missing; recorded: {Text(value)}");
        }

        foreach (var (name, value) in seen)
        {
            if (expected.ContainsKey(name) || (name == "traceparent" && pointer.EndsWith("/headers", StringComparison.Ordinal))) continue;
            if (ignore.GetValueOrDefault($"{pointer}/{name}") is "any" or "optional") continue;
            differences.Add($"{pointer}/{name}: {Text(value)} is not in the recording");
        }
    }

    private void CompareArrays(string pointer, JsonArray expected, JsonArray seen, List<string> differences)
    {
        if (expected.Count != seen.Count)
        {
            differences.Add($"{pointer}: {seen.Count} instead of {expected.Count}: {Text(seen)}");
            return;
        }

        if (!unordered)
        {
            for (var i = 0; i < expected.Count; i++) Compare($"{pointer}/{i}", expected[i], seen[i], differences);
            return;
        }

        var open = seen.ToList();
        for (var i = 0; i < expected.Count; i++)
        {
            List<string>? nearest = null;
            var match = open.FindIndex(candidate =>
            {
                var found = new List<string>();
                Compare($"{pointer}/{i}", expected[i], candidate, found);
                if (nearest is null || found.Count < nearest.Count) nearest = found;
                return found.Count == 0;
            });
            if (match >= 0) open.RemoveAt(match);
            else differences.AddRange(nearest ?? []);
        }
    }

    private bool SameValue(JsonNode? expected, JsonNode? seen)
    {
        if (expected is null || seen is null) return expected is null && seen is null;
        if (expected.GetValueKind() == JsonValueKind.String && seen.GetValueKind() == JsonValueKind.String)
        {
            var text = expected.GetValue<string>();
            return text == Address ? seen.GetValue<string>().Length > 0 : fill(text) == seen.GetValue<string>();
        }

        if (expected.GetValueKind() == JsonValueKind.Number && seen.GetValueKind() == JsonValueKind.Number)
        {
            var (left, right) = (expected.ToJsonString(), seen.ToJsonString());
            return left == right || (decimal.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
                && decimal.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out var y) && x == y);
        }

        return JsonNode.DeepEquals(expected, seen);
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() is { } text ? (text.Length > 400 ? text[..400] + "…" : text) : "null";
}
