using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Bodies as cases write them, and as observations show them.</summary>
internal static class Bodies
{
    private const int ShownWhole = 100_000;
    private const int ShownStart = 64;

    /// <summary>The body that a <c>send</c> or a <c>respond</c> asks for.</summary>
    public static byte[] Read(JsonObject from, Func<string, string> fill)
    {
        if (from["json"] is { } json) return Encoding.UTF8.GetBytes(fill(Spaced(json)));
        if (from["body"] is { } body) return Encoding.UTF8.GetBytes(fill(body.GetValue<string>()));
        if (from["base64"] is { } base64) return Convert.FromBase64String(base64.GetValue<string>());
        if (from["repeat"] is not { } repeat) return [];
        var text = repeat["text"]!.GetValue<string>();
        return Encoding.UTF8.GetBytes(
            repeat["before"]!.GetValue<string>() + string.Concat(Enumerable.Repeat(text, repeat["count"]!.GetValue<int>())) + repeat["after"]!.GetValue<string>());
    }

    /// <summary>JSON as the recorded application laid it out, since output bindings show the length of what it answered.</summary>
    private static string Spaced(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(", ", map.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {Spaced(pair.Value)}")) + "}",
        JsonArray list => "[" + string.Join(", ", list.Select(Spaced)) + "]",
        _ => node?.ToJsonString() ?? "null",
    };

    /// <summary>Shows a body in the form of the recordings.</summary>
    /// <param name="bytes">The body.</param>
    /// <param name="exact">Keep the text as it is.</param>
    /// <param name="into">Gets the key.</param>
    public static void Show(byte[] bytes, bool exact, JsonObject into)
    {
        if (bytes.Length == 0) return;
        if (bytes.Length > ShownWhole)
        {
            into["length"] = bytes.Length;
            into["startsWith"] = Encoding.UTF8.GetString(bytes.AsSpan(0, ShownStart));
            return;
        }

        if (!exact && TryJson(bytes) is JsonObject or JsonArray && TryJson(bytes) is { } json) into["json"] = json;
        else if (TryText(bytes) is { } text) into["text"] = text;
        else into["base64"] = Convert.ToBase64String(bytes);
    }

    public static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    public static string? TryText(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static JsonNode? TryJson(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = 10_000, AllowDuplicateProperties = true });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
