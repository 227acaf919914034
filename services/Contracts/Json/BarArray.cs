using System.Runtime.InteropServices;
using System.Text.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Json;

/// <summary>A bar as an array of 6 or 7 elements: time, open, high, low, close, volume and, where it has one, its line in an import.</summary>
internal static class BarArray
{
    public static void Write(Utf8JsonWriter writer, in RawBar bar, Interval interval)
    {
        writer.WriteStartArray();
        WriteTime(writer, bar.Start, interval);
        WriteValue(writer, bar.Open);
        WriteValue(writer, bar.High);
        WriteValue(writer, bar.Low);
        WriteValue(writer, bar.Close);
        WriteValue(writer, bar.Volume);
        if (bar.Line > 0)
            writer.WriteNumberValue(bar.Line);
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, in Bar bar, Interval interval)
    {
        writer.WriteStartArray();
        WriteTime(writer, bar.Start, interval);
        writer.WriteNumberValue(bar.Open);
        writer.WriteNumberValue(bar.High);
        writer.WriteNumberValue(bar.Low);
        writer.WriteNumberValue(bar.Close);
        writer.WriteNumberValue(bar.Volume);
        writer.WriteEndArray();
    }

    /// <summary>Writes <c>bars</c> of a message. A list, which messages have, is gone through without copying its bars.</summary>
    public static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<RawBar> bars, Interval interval)
    {
        writer.WriteStartArray("bars"u8);
        foreach (ref readonly var bar in SpanOf(bars))
            Write(writer, bar, interval);
        writer.WriteEndArray();
    }

    /// <inheritdoc cref="WriteAll(Utf8JsonWriter, IReadOnlyList{RawBar}, Interval)"/>
    public static void WriteAll(Utf8JsonWriter writer, IReadOnlyList<Bar> bars, Interval interval)
    {
        writer.WriteStartArray("bars"u8);
        foreach (ref readonly var bar in SpanOf(bars))
            Write(writer, bar, interval);
        writer.WriteEndArray();
    }

    /// <summary>Reads a bar; the reader stands on its opening bracket and is left on its closing one.</summary>
    public static RawBar ReadRaw(ref Utf8JsonReader reader)
    {
        var start = ReadStart(ref reader);
        var open = ReadValue(ref reader);
        var high = ReadValue(ref reader);
        var low = ReadValue(ref reader);
        var close = ReadValue(ref reader);
        var volume = ReadValue(ref reader);
        var line = 0;
        reader.Advance();
        if (reader.TokenType == JsonTokenType.Number)
        {
            line = reader.GetInt32();
            reader.Advance();
        }

        EnsureEnd(ref reader);
        return new RawBar(start, open, high, low, close, volume, line);
    }

    /// <summary>As <see cref="ReadRaw"/>, all values numbers.</summary>
    public static Bar Read(ref Utf8JsonReader reader)
    {
        var start = ReadStart(ref reader);
        var bar = new Bar(start, ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadVolume(ref reader));
        reader.Advance();
        EnsureEnd(ref reader);
        return bar;
    }

    public static void WriteTime(Utf8JsonWriter writer, DateTimeOffset start, Interval interval)
    {
        Span<byte> text = stackalloc byte[BarTime.MaxLength];
        writer.WriteStringValue(text[..BarTime.Format(start, interval, text)]);
    }

    public static DateTimeOffset ReadTime(ref Utf8JsonReader reader) =>
        (reader.TokenType == JsonTokenType.String && !reader.HasValueSequence && !reader.ValueIsEscaped
            ? BarTime.Parse(reader.ValueSpan)
            : reader.TokenType == JsonTokenType.String ? BarTime.Parse(System.Text.Encoding.UTF8.GetBytes(reader.GetString()!)) : null)
        ?? throw new JsonException("A bar's time is a date (2013-02-08) or a UTC instant (2026-11-20T14:30:00Z).");

    private static ReadOnlySpan<T> SpanOf<T>(IReadOnlyList<T> items) => items switch
    {
        List<T> list => CollectionsMarshal.AsSpan(list),
        T[] array => array,
        _ => items.ToArray(),
    };

    private static DateTimeOffset ReadStart(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A bar is an array: time, open, high, low, close, volume.");
        reader.Advance();
        return ReadTime(ref reader);
    }

    private static void WriteValue(Utf8JsonWriter writer, RawValue value)
    {
        if (value.TryGetNumber(out var number))
            writer.WriteNumberValue(number);
        else if (value.Text is { } text)
            writer.WriteStringValue(text);
        else
            writer.WriteNullValue();
    }

    private static RawValue ReadValue(ref Utf8JsonReader reader)
    {
        reader.Advance();
        return reader.TokenType switch
        {
            JsonTokenType.Number when reader.GetDouble() is var number && double.IsFinite(number) => new RawValue(number),
            JsonTokenType.Number => new RawValue(System.Text.Encoding.ASCII.GetString(reader.ValueSpan)),
            JsonTokenType.String => new RawValue(reader.GetString()),
            JsonTokenType.Null => default,
            JsonTokenType.True => new RawValue("true"),
            JsonTokenType.False => new RawValue("false"),
            _ => throw new JsonException("A bar has six values: time, open, high, low, close, volume; each a number, a text or null."),
        };
    }

    private static double ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Advance();
        return reader.GetDouble() is var number && double.IsFinite(number) ? number : throw new JsonException("A clean bar's prices are finite numbers.");
    }

    private static long ReadVolume(ref Utf8JsonReader reader)
    {
        reader.Advance();
        return reader.GetInt64();
    }

    private static void EnsureEnd(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A bar has six values, and a seventh only for its line in an import.");
    }

    /// <summary>Moves on within a document that must not end here.</summary>
    public static void Advance(this ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new JsonException("The message ends too early.");
    }
}
