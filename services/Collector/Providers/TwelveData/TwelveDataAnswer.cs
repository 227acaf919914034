using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>Reads the object of one symbol; the reader stands on its opening brace and is left on its closing one.</summary>
internal delegate SymbolAnswer<T> ReadSymbol<T>(ref Utf8JsonReader reader, string symbol)
    where T : class;

/// <summary>
/// What all of the vendor's answers have in common: for one symbol its object alone, for several an object that holds one for each, by its symbol. An error may
/// stand in the place of any of them.
/// </summary>
internal static class TwelveDataAnswer
{
    /// <param name="body">The answer.</param>
    /// <param name="batch">What was asked.</param>
    /// <param name="read">Reads the object of one symbol, which may be an error.</param>
    /// <param name="failed">What an error that stands in the place of the whole batch means for each of its symbols.</param>
    public static IReadOnlyDictionary<string, SymbolAnswer<T>> Read<T>(
        ReadOnlyMemory<byte> body, TwelveDataBatch batch, ReadSymbol<T> read, Func<TwelveDataError, SymbolAnswer<T>> failed)
        where T : class
    {
        var answers = new Dictionary<string, SymbolAnswer<T>>(batch.Symbols.Count, StringComparer.Ordinal);
        var reader = new Utf8JsonReader(body.Span);
        reader.Expect(JsonTokenType.StartObject, "The answer is not an object.");
        if (batch.Single is { } single && !IsKeyed(reader))
            answers[single] = read(ref reader, single);
        else
            ReadEach(ref reader, batch, answers, read, failed);

        reader.ExpectEnd();
        return batch.Complete(answers);
    }

    private static void ReadEach<T>(
        ref Utf8JsonReader reader, TwelveDataBatch batch, Dictionary<string, SymbolAnswer<T>> answers, ReadSymbol<T> read, Func<TwelveDataError, SymbolAnswer<T>> failed)
        where T : class
    {
        var parts = new TwelveDataError.Parts();
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (parts.TryTake(ref reader))
                continue;

            var symbol = batch.OursOf(reader.GetString()!);
            if (reader.Next() == JsonTokenType.StartObject && symbol is not null)
                answers[symbol] = ReadOne(ref reader, symbol, read);
            else
                reader.Skip();
        }

        // One error for all. Where it names some of them, the others are to be asked again without these.
        if (parts.Error is not { } error)
            return;
        var named = batch.Asked.Where(error.Names).ToList();
        foreach (var symbol in named.Count > 0 ? named : batch.Asked)
            answers.TryAdd(symbol, failed(error));
    }

    /// <summary>What one symbol's object has wrong with it is no matter of the others; where it is no JSON at all, going over it throws once more.</summary>
    private static SymbolAnswer<T> ReadOne<T>(ref Utf8JsonReader reader, string symbol, ReadSymbol<T> read)
        where T : class
    {
        var start = reader;
        try
        {
            return read(ref reader, symbol);
        }
        catch (JsonException e)
        {
            reader = start;
            reader.Skip();
            return SymbolAnswer<T>.Failed(ProviderErrorKind.Malformed, e.Message);
        }
    }

    /// <summary>Whether the object, on whose opening brace the reader stands, has a symbol for its first key, as in a batch. Moves nothing: the reader is a copy.</summary>
    private static bool IsKeyed(Utf8JsonReader reader) =>
        reader.Next() == JsonTokenType.PropertyName && !TwelveDataBatch.IsNameOfForm(reader.GetString()!) && reader.Next() == JsonTokenType.StartObject;
}
