using System.Buffers;
using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;

namespace StocksDapr.Query.Streams;

/// <summary>
/// What there is after a position, written as it is read:
/// <c>{"events":[{"id","kind","symbol","interval","start","data":{…}}],"epoch","through","missed"}</c>. <c>data</c> is what the public sees of an event; a range has its <c>last</c> start too.
/// </summary>
internal sealed class StreamPage : IDisposable
{
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly string[] Kinds = ["forming", "bar", "correction", "reset"];

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly long? _after;
    private readonly int _limit;
    private long _last;

    public StreamPage(long? after, int limit)
    {
        (_after, _limit) = (after, limit);
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _json.WriteStartObject();
        _json.WriteStartArray("events"u8);
    }

    public int Events { get; private set; }

    /// <summary>
    /// Events after the position are deleted already, or the position is none of this database: whoever asks must begin anew.
    /// </summary>
    public bool IsMissed { get; private set; }

    public string Epoch { get; private set; } = "";

    /// <summary>Up to which position the page tells everything.</summary>
    public long Through { get; private set; }

    public void Add(Npgsql.NpgsqlDataReader row)
    {
        if (Events == 0)
        {
            Epoch = row.GetString(0);
            _last = row.GetInt64(3);
            IsMissed = _after < row.GetInt64(1) || _after > row.GetInt64(2);
        }

        if (!IsMissed && !row.IsDBNull(4))
            Write(row);
        Through = Events == _limit ? Through : Math.Max(_last, _after ?? 0);
    }

    public ReadOnlyMemory<byte> Complete()
    {
        _json.WriteEndArray();
        _json.WriteString("epoch"u8, Epoch);
        _json.WriteNumber("through"u8, Through);
        _json.WriteBoolean("missed"u8, IsMissed);
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    private void Write(Npgsql.NpgsqlDataReader row)
    {
        var kind = row.GetInt16(5);
        var interval = Interval.FromId(row.GetInt16(7));
        var start = row.GetFieldValue<DateTimeOffset>(9);
        Events++;
        Through = row.GetInt64(4);
        _json.WriteStartObject();
        _json.WriteNumber("id"u8, Through);
        _json.WriteString("kind"u8, Kinds[kind]);
        _json.WriteString("symbol"u8, row.GetString(6));
        _json.WriteString("interval"u8, interval.Code);
        _json.WriteNumber("start"u8, start.ToUnixTimeSeconds());
        if (kind == 3)
            _json.WriteNumber("last"u8, row.GetFieldValue<DateTimeOffset>(10).ToUnixTimeSeconds());
        _json.WriteStartObject("data"u8);
        _json.WriteString("symbol"u8, row.GetString(6));
        _json.WriteString("interval"u8, interval.Code);
        if (kind == 3)
            WriteRange(row, interval, start);
        else
            WriteBar(row, interval, start, kind);
        _json.WriteString("recordedAt"u8, row.GetDateTime(21).ToString(Instant, System.Globalization.CultureInfo.InvariantCulture));
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteRange(Npgsql.NpgsqlDataReader row, Interval interval, DateTimeOffset start)
    {
        _json.WriteString("reason"u8, "many_bars");
        _json.WriteString("detail"u8, "Many bars of this series were stored or corrected at once; read the range anew.");
        _json.WriteString("from"u8, BarTime.ToText(start, interval));
        _json.WriteString("to"u8, BarTime.ToText(row.GetFieldValue<DateTimeOffset>(10), interval));
    }

    private void WriteBar(Npgsql.NpgsqlDataReader row, Interval interval, DateTimeOffset start, short kind)
    {
        _json.WriteString("t"u8, BarTime.ToText(start, interval));
        WriteValues(row, 11, 15);
        _json.WriteString("source"u8, row.GetString(8));
        _json.WriteBoolean("final"u8, kind != 0);
        if (kind == 0)
        {
            _json.WriteBoolean("ended"u8, row.GetBoolean(23));
            _json.WriteBoolean("partial"u8, row.GetBoolean(22));
        }

        if (kind == 2 && !row.IsDBNull(16))
        {
            _json.WriteStartObject("revision"u8);
            WriteValues(row, 16, 20);
            _json.WriteEndObject();
        }
    }

    /// <summary>Prices in four columns, and the volume.</summary>
    private void WriteValues(Npgsql.NpgsqlDataReader row, int prices, int volume)
    {
        _json.WriteNumber("open"u8, row.GetDouble(prices));
        _json.WriteNumber("high"u8, row.GetDouble(prices + 1));
        _json.WriteNumber("low"u8, row.GetDouble(prices + 2));
        _json.WriteNumber("close"u8, row.GetDouble(prices + 3));
        _json.WriteNumber("volume"u8, row.GetInt64(volume));
    }
}
