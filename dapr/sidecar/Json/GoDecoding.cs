using System.Text;
using System.Text.Json;

namespace StocksDapr.Sidecar.Json;

/// <summary>Reads request bodies as Go's decoder does: field names without case, null like absent, only the first value; and values as Go decodes them into <c>any</c>.</summary>
internal static class GoDecoding
{
    /// <summary>Go's decoder gives up deeper than that.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>How request bodies are read: Go's decoder knows neither comments nor trailing commas.</summary>
    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>JSON's <c>null</c>, which is also what a missing value becomes.</summary>
    public static byte[] Null { get; } = "null"u8.ToArray();

    /// <summary>Re-encodes one complete JSON value, numbers through a double; what follows it is not looked at.</summary>
    /// <exception cref="JsonException">The text is no JSON, or a number is outside the range of a double.</exception>
    public static byte[] Reencode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        reader.Read();
        return Reencode(ref reader);
    }

    /// <summary>Re-encodes the value at whose first token the reader stands, and leaves the reader at its last one.</summary>
    /// <exception cref="JsonException">The text is no JSON, or a number is outside the range of a double.</exception>
    public static byte[] Reencode(ref Utf8JsonReader reader)
    {
        using var output = new PooledBuffer(256);
        new GoJsonRewriter(output, throughDouble: true).Rewrite(ref reader);
        return output.ToArray();
    }

    /// <summary>True when the current property is <paramref name="name"/>; Go's decoder compares field names without case.</summary>
    public static bool IsField(ref Utf8JsonReader reader, string name) =>
        reader.ValueTextEquals(name) || (reader.ValueSpan.Length >= name.Length && string.Equals(String(ref reader), name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The current value as text; JSON's null leaves the field as it was, which is null.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static string? ReadString(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.String => String(ref reader),
        JsonTokenType.Null => null,
        _ => throw WrongType(ref reader, field, "string"),
    };

    /// <summary>The current value as a map of texts; null = JSON's null. A value that is null counts as empty text.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static Dictionary<string, string>? ReadStrings(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartObject) throw WrongType(ref reader, field, "map[string]string");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = String(ref reader);
            reader.Read();
            values[name] = ReadString(ref reader, $"{field}.{name}") ?? "";
        }

        return values;
    }

    /// <summary>What Go says when a value has another type than the field.</summary>
    public static JsonException WrongType(ref Utf8JsonReader reader, string field, string expected)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.True or JsonTokenType.False => "bool",
            JsonTokenType.Number => "number",
            _ => "string",
        };
        return new JsonException($"json: cannot unmarshal {found} into Go {(field.Length == 0 ? "value" : "struct field " + field)} of type {expected}");
    }

    /// <summary>
    /// The string that Go's <c>strconv.Unquote</c> makes of a JSON string, as components do with binding data; the data itself when it is none.
    /// </summary>
    public static byte[] Unquote(byte[] data)
    {
        if (data.Length < 2 || data[0] != (byte)'"' || data[^1] != (byte)'"') return data;
        try
        {
            var reader = new Utf8JsonReader(data, ReaderOptions);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) return data;
            return GoJson.Unescape(reader.ValueSpan);
        }
        catch (JsonException)
        {
            return data;
        }
    }

    /// <summary>The current string or property name as text.</summary>
    public static string String(ref Utf8JsonReader reader) => Encoding.UTF8.GetString(GoJson.Unescape(reader.ValueSpan));

    /// <summary>What Go says about text that it cannot decode: broken JSON first, then a value of another type.</summary>
    public static string Explain(ReadOnlySpan<byte> json, JsonException error)
    {
        var syntax = GoJsonError.Describe(json);
        return syntax == GoJsonError.NothingWrong ? error.Message : syntax;
    }
}
