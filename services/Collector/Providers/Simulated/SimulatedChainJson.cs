using System.Globalization;
using System.Text.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>How the simulated vendor says a chain, with zeros where it has no quote, as vendors do; and how the provider reads it.</summary>
internal static class SimulatedChainJson
{
    public static void Write(Utf8JsonWriter json, OptionChainSnapshot chain)
    {
        json.WriteStartObject();
        json.WriteString("symbol"u8, chain.Underlying);
        WriteNumber(json, "price", chain.UnderlyingPrice);
        json.WriteString("at"u8, chain.QuotedAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteStartArray("options"u8);
        foreach (var quote in chain.Contracts)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, quote.Contract);
            json.WriteString("type"u8, quote.Type == OptionType.Call ? "call"u8 : "put"u8);
            json.WriteString("expiry"u8, quote.Expiry.ToString("O", CultureInfo.InvariantCulture));
            json.WriteNumber("strike"u8, quote.Strike);
            WriteNumber(json, "bid", quote.Bid ?? 0);
            WriteNumber(json, "ask", quote.Ask ?? 0);
            WriteNumber(json, "last", quote.Last ?? 0);
            json.WriteString("traded"u8, quote.LastTradeAt?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            WriteNumber(json, "volume", quote.Volume);
            WriteNumber(json, "openInterest", quote.OpenInterest);
            WriteNumber(json, "iv", quote.ImpliedVolatility ?? 0);
            json.WriteString("currency"u8, quote.Currency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static OptionChainSnapshot Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("options", out var options) || options.ValueKind != JsonValueKind.Array)
            throw new JsonException("The answer has no 'options'.");

        return new OptionChainSnapshot(
            Text(root, "symbol") ?? throw new JsonException("The answer has no 'symbol'."), Number(root, "price"), Instant(root, "at"), [.. options.EnumerateArray().Select(ReadQuote)]);
    }

    private static RawOptionQuote ReadQuote(JsonElement item) => new(
        Text(item, "id") ?? throw new JsonException("A contract has no 'id'."),
        Text(item, "type") switch
        {
            "call" => OptionType.Call,
            "put" => OptionType.Put,
            var other => throw new JsonException($"A contract is a call or a put, not '{other}'."),
        },
        DateOnly.TryParseExact(Text(item, "expiry"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expiry) ? expiry : throw new JsonException("An 'expiry' is not written as yyyy-MM-dd."),
        Number(item, "strike") ?? throw new JsonException("A contract has no 'strike'."),
        Quoted(item, "bid"), Quoted(item, "ask"), Quoted(item, "last"), Instant(item, "traded"), (long?)Number(item, "volume"), (long?)Number(item, "openInterest"),
        Quoted(item, "iv"), Text(item, "currency"));

    /// <summary>Zero is how this vendor says that there is none.</summary>
    private static double? Quoted(JsonElement item, string name) => Number(item, name) is { } value and not 0 ? value : null;

    private static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Instant(JsonElement item, string name) =>
        DateTimeOffset.TryParse(Text(item, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
