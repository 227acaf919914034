using System.Text.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>Reads the answers of <see cref="SimulatedVendor"/>. Values are taken as they are said; what cannot be named is an error.</summary>
internal static class SimulatedJson
{
    /// <summary>What is kept of a text that stands where a number belongs.</summary>
    private const int MaxText = 100;

    public static IReadOnlyList<ListedInstrument> ReadInstruments(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. Property(document.RootElement, "instruments", JsonValueKind.Array).EnumerateArray().Select(ReadInstrument)];
    }

    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>> ReadActions(
        ReadOnlyMemory<byte> body, IReadOnlyList<string> symbols)
    {
        using var document = JsonDocument.Parse(body);
        var answers = new Dictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>(StringComparer.Ordinal);
        foreach (var ofSymbol in Property(document.RootElement, "actions", JsonValueKind.Object).EnumerateObject())
        {
            if (ofSymbol.Value.ValueKind != JsonValueKind.Array)
                throw new JsonException($"The actions of {ofSymbol.Name} are not an array.");
            answers[ofSymbol.Name] = SymbolAnswer<IReadOnlyList<CorporateAction>>.Of([.. ofSymbol.Value.EnumerateArray().Select(ReadAction)]);
        }

        return Complete(answers, symbols);
    }

    /// <summary>What the vendor says of the session; a quote without a price or time is an error of its symbol.</summary>
    public static IReadOnlyDictionary<string, SymbolAnswer<Quote>> ReadQuotes(ReadOnlyMemory<byte> body, IReadOnlyList<string> symbols)
    {
        using var document = JsonDocument.Parse(body);
        var answers = new Dictionary<string, SymbolAnswer<Quote>>(StringComparer.Ordinal);
        foreach (var said in Property(document.RootElement, "quotes", JsonValueKind.Object).EnumerateObject())
        {
            answers[said.Name] = Number(said.Value, "c") is { } price && said.Value.TryGetProperty("t", out var time) && time.TryGetDateTimeOffset(out var at)
                ? SymbolAnswer<Quote>.Of(new Quote(
                    at, price, Number(said.Value, "o"), Number(said.Value, "h"), Number(said.Value, "l"), Number(said.Value, "p"), (long?)Number(said.Value, "v")))
                : SymbolAnswer<Quote>.Failed(ProviderErrorKind.Malformed, "The quote has no price or no time.");
        }

        return Complete(answers, symbols);
    }

    /// <remarks>No document in between: this is where every simulated bar passes.</remarks>
    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> ReadBars(
        ReadOnlyMemory<byte> body, IReadOnlyList<string> symbols)
    {
        var answers = new Dictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(body.Span);
        Expect(ref reader, JsonTokenType.StartObject, "The answer is not an object.");
        var hasBars = false;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("bars"u8))
            {
                Next(ref reader);
                reader.Skip();
                continue;
            }

            hasBars = true;
            Expect(ref reader, JsonTokenType.StartObject, "'bars' is not an object.");
            while (Next(ref reader) == JsonTokenType.PropertyName)
                answers[reader.GetString()!] = ReadBarsOfSymbol(ref reader);
        }

        return hasBars ? Complete(answers, symbols) : throw new JsonException("The answer has no 'bars'.");
    }

    private static SymbolAnswer<IReadOnlyList<RawBar>> ReadBarsOfSymbol(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartArray, "The bars of a symbol are not an array.");
        var bars = new List<RawBar>(256);
        var unnamed = 0;
        while (Next(ref reader) == JsonTokenType.StartObject)
        {
            if (ReadBar(ref reader) is { } bar)
                bars.Add(bar);
            else
                unnamed++;
        }

        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A bar is not an object.");

        // A bar without a time cannot even go to quarantine; without an error it would look as if the vendor had no such bar.
        return unnamed == 0
            ? SymbolAnswer<IReadOnlyList<RawBar>>.Of(bars)
            : SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"{unnamed} bars have no readable time.");
    }

    /// <summary>Null when the bar has no readable time.</summary>
    private static RawBar? ReadBar(ref Utf8JsonReader reader)
    {
        DateTimeOffset? start = null;
        RawValue open = default, high = default, low = default, close = default, volume = default;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("t"u8))
                start = ReadTime(ref reader);
            else if (reader.ValueTextEquals("o"u8))
                open = ReadValue(ref reader);
            else if (reader.ValueTextEquals("h"u8))
                high = ReadValue(ref reader);
            else if (reader.ValueTextEquals("l"u8))
                low = ReadValue(ref reader);
            else if (reader.ValueTextEquals("c"u8))
                close = ReadValue(ref reader);
            else if (reader.ValueTextEquals("v"u8))
                volume = ReadValue(ref reader);
            else
                ReadValue(ref reader);
        }

        return start is { } named ? new RawBar(named, open, high, low, close, volume) : null;
    }

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader)
    {
        if (Next(ref reader) == JsonTokenType.String && reader.TryGetDateTime(out var time))
            return new DateTimeOffset(DateTime.SpecifyKind(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time, DateTimeKind.Utc));

        reader.Skip();
        return null;
    }

    private static RawValue ReadValue(ref Utf8JsonReader reader)
    {
        switch (Next(ref reader))
        {
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            case JsonTokenType.Null:
                return default;
            case JsonTokenType.String:
                var text = reader.GetString()!;
                return new RawValue(text.Length <= MaxText ? text : text[..MaxText]);
            default:
                var kind = reader.TokenType.ToString();
                reader.Skip();
                return new RawValue(kind);
        }
    }

    private static ListedInstrument ReadInstrument(JsonElement item)
    {
        var symbol = Text(item, "symbol") ?? throw new JsonException("An instrument has no 'symbol'.");
        var aliases = Property(item, "aliases", JsonValueKind.Array).EnumerateArray().Select(alias => alias.GetString()!).ToList();
        var instrument = new Instrument(
            symbol, Text(item, "name") ?? symbol, Text(item, "exchange"), Text(item, "currency"), Text(item, "sector"), aliases);
        return new ListedInstrument(instrument, Text(item, "listed") is { } listed ? Date(listed) : null);
    }

    private static CorporateAction ReadAction(JsonElement item)
    {
        var kind = Text(item, "type") switch
        {
            "split" => CorporateActionKind.Split,
            "dividend" => CorporateActionKind.Dividend,
            var other => throw new JsonException($"An action is a split or a dividend, not '{other}'."),
        };
        var value = Property(item, "value", JsonValueKind.Number).GetDouble();
        return new CorporateAction(kind, Date(Text(item, "date") ?? throw new JsonException("An action has no 'date'.")), value);
    }

    private static DateOnly Date(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date)
        ? date
        : throw new JsonException("A date is not written as yyyy-MM-dd.");

    private static double? Number(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement Property(JsonElement item, string name, JsonValueKind kind) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new JsonException($"'{name}' is missing or not {kind}.");

    /// <summary>Gives every symbol that was asked an answer: the vendor names unknown ones beside the data.</summary>
    private static Dictionary<string, SymbolAnswer<T>> Complete<T>(Dictionary<string, SymbolAnswer<T>> answers, IReadOnlyList<string> symbols)
        where T : class
    {
        foreach (var symbol in symbols)
            answers.TryAdd(symbol, SymbolAnswer<T>.Failed(ProviderErrorKind.UnknownSymbol, $"The provider does not know {symbol}."));
        return answers;
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("The answer ends in the middle.");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string otherwise)
    {
        if (Next(ref reader) != token)
            throw new JsonException(otherwise);
    }
}
