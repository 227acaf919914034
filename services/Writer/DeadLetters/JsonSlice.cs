using System.Text.Json;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>The text of a JSON value within a larger one.</summary>
internal static class JsonSlice
{
    /// <summary>The value that the reader stands on, as a slice of the text that it reads; the reader is left on the value's end.</summary>
    public static ReadOnlyMemory<byte> Take(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
    {
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        return text[from..(int)reader.BytesConsumed];
    }
}
