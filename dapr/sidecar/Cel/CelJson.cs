using System.Text.Json;

namespace StocksDapr.Sidecar.Cel;

/// <summary>JSON as CEL values; numbers are doubles, as in Go.</summary>
internal static class CelJson
{
    public static object? ToCel(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => ToMap(json),
        JsonValueKind.Array => json.EnumerateArray().Select(ToCel).ToArray(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetDouble(out var number) ? number : double.PositiveInfinity,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static Dictionary<string, object?> ToMap(JsonElement json)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject()) map[member.Name] = ToCel(member.Value);
        return map;
    }
}
