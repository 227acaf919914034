using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>Takes in one field of a row. An absent or null value is empty.</summary>
internal delegate void FieldSink<TRow>(ref TRow row, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

/// <summary>
/// Reads the shapes in which Alpha Vantage sends rows, without a document in between: an object of objects by time (<c>Time Series (Daily)</c>), an array
/// <c>data</c> of objects, a single object <c>Global Quote</c>, and CSV. Names lose what differs between the shapes: <c>5. adjusted close</c> and <c>adjusted_close</c> are the same field.
/// Which shape comes is not for us to say: a vendor that was asked for CSV answers JSON where something is wrong.
/// </summary>
internal sealed class AlphaVantageTable<TRow>
    where TRow : struct
{
    /// <summary>Longer than any date, number or symbol: what is longer is no field of a row.</summary>
    private const int MaxField = 256;

    private readonly FieldSink<TRow> _sink;
    private readonly string[] _columns;

    private AlphaVantageTable(FieldSink<TRow> sink, string[] columns) => (_sink, _columns) = (sink, columns);

    public List<TRow> Rows { get; } = [];

    /// <summary>Of which symbol the rows are; null when the answer does not say.</summary>
    public string? Symbol { get; private set; }

    /// <summary>The time zone of the times; null when the answer does not say.</summary>
    public string? TimeZone { get; private set; }

    /// <summary>What the answer calls its series, such as <c>Time Series (5min)</c>; null for another shape.</summary>
    public string? Series { get; private set; }

    /// <param name="body">The answer.</param>
    /// <param name="sink">Takes in the fields.</param>
    /// <param name="columns">Those without which a CSV text is something else: a sentence with a comma in it would otherwise be a table without rows.</param>
    /// <exception cref="JsonException">The body is none of the shapes.</exception>
    public static AlphaVantageTable<TRow> Read(ReadOnlyMemory<byte> body, FieldSink<TRow> sink, params string[] columns)
    {
        var table = new AlphaVantageTable<TRow>(sink, columns);
        var text = body.Span.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("{"u8))
            table.ReadJson(text);
        else
            table.ReadCsv(text);
        return table;
    }

    private void ReadJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        reader.Expect(JsonTokenType.StartObject, "The answer is not an object.");
        var hasRows = false;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
            {
                Symbol = reader.NextText();
                continue;
            }

            var isMetaData = reader.ValueTextEquals("Meta Data"u8);
            var series = reader.ValueSpan.IndexOf("Time Series"u8) >= 0 ? reader.GetString() : null;
            var isData = reader.ValueTextEquals("data"u8);

            // "Global Quote - DATA DELAYED BY 15 MINUTES" with some plans.
            var isQuote = reader.ValueSpan.StartsWith("Global Quote"u8);
            reader.Next();
            if (isMetaData && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadMetaData(ref reader);
            }
            else if (series is not null && reader.TokenType == JsonTokenType.StartObject)
            {
                Series = series;
                ReadSeries(ref reader);
                hasRows = true;
            }
            else if (isQuote && reader.TokenType == JsonTokenType.StartObject)
            {
                TRow row = default;
                ReadFields(ref reader, ref row);
                hasRows = true;
            }
            else if (isData && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadData(ref reader);
                hasRows = true;
            }
            else
            {
                reader.Skip();
            }
        }

        if (!hasRows)
            throw new JsonException("The answer has neither a series nor data.");
        reader.ExpectEnd();
    }

    private void ReadMetaData(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            var isSymbol = reader.ValueSpan.EndsWith(". Symbol"u8);
            var isTimeZone = reader.ValueSpan.EndsWith(". Time Zone"u8);
            var value = reader.NextText();
            if (isSymbol)
                Symbol = value;
            else if (isTimeZone)
                TimeZone = value;
        }
    }

    private void ReadSeries(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            TRow row = default;
            _sink(ref row, "timestamp"u8, reader.ValueSpan);
            reader.Expect(JsonTokenType.StartObject, "A bar is not an object.");
            ReadFields(ref reader, ref row);
        }
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.StartObject)
        {
            TRow row = default;
            ReadFields(ref reader, ref row);
        }

        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A row is not an object.");
    }

    private void ReadFields(ref Utf8JsonReader reader, ref TRow row)
    {
        Span<byte> plain = stackalloc byte[32];
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            var name = PlainName(reader.ValueSpan, plain);
            switch (reader.Next())
            {
                case JsonTokenType.String when reader.ValueIsEscaped && reader.ValueSpan.Length <= MaxField:
                    _sink(ref row, name, Encoding.UTF8.GetBytes(reader.GetString()!));
                    break;
                case JsonTokenType.String or JsonTokenType.Number:
                    _sink(ref row, name, reader.ValueSpan.Length <= MaxField ? reader.ValueSpan : throw TooLong());
                    break;
                default:
                    _sink(ref row, name, []);
                    reader.Skip();
                    break;
            }
        }

        Rows.Add(row);
    }

    private void ReadCsv(ReadOnlySpan<byte> text)
    {
        // A CSV text does not show where it was cut off, unless it is in the middle of a line.
        if (!text.EndsWith("\n"u8))
            throw new JsonException("The answer is neither JSON nor whole lines.");

        var header = NextLine(ref text);
        var columns = header.Count((byte)',') + 1;
        if (columns < 2 || header.ContainsAny("<>{}"u8))
            throw new JsonException("The answer is neither JSON nor CSV.");

        Span<byte> plain = stackalloc byte[32];
        foreach (var column in _columns)
        {
            if (!HasColumn(header, column, plain))
                throw new JsonException($"The answer has no column '{column}'.");
        }

        while (!text.IsEmpty)
        {
            var line = NextLine(ref text);
            if (line.IsEmpty)
                continue;
            if (line.Count((byte)',') + 1 != columns)
                throw new JsonException("A line has another number of fields than the header.");

            TRow row = default;
            var names = header;
            for (var column = 0; column < columns; column++)
            {
                var field = NextField(ref line).Trim((byte)' ');
                _sink(ref row, PlainName(NextField(ref names), plain), field.Length <= MaxField ? field : throw TooLong());
            }

            Rows.Add(row);
        }
    }

    private static JsonException TooLong() => new($"A field is longer than {MaxField} bytes.");

    private static bool HasColumn(ReadOnlySpan<byte> header, string column, Span<byte> plain)
    {
        while (!header.IsEmpty)
        {
            if (Ascii.Equals(PlainName(NextField(ref header), plain), column))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return line.TrimEnd((byte)'\r');
    }

    private static ReadOnlySpan<byte> NextField(ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)',');
        var field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[(end + 1)..];
        return field;
    }

    /// <summary>Without the number in front, with underscores for blanks.</summary>
    private static ReadOnlySpan<byte> PlainName(ReadOnlySpan<byte> name, Span<byte> plain)
    {
        if (name.Length > 0 && char.IsAsciiDigit((char)name[0]) && name.IndexOf(". "u8) is >= 0 and var number)
            name = name[(number + 2)..];
        if (name.IndexOf((byte)' ') < 0 || name.Length > plain.Length)
            return name;

        name.CopyTo(plain);
        plain[..name.Length].Replace((byte)' ', (byte)'_');
        return plain[..name.Length];
    }
}
