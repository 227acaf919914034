using System.Text;

namespace StocksDapr.Gateway.Streams;

/// <summary>One event, rendered once for all readers. A forming bar that has changed since loses its bytes: what is gone need not be sent.</summary>
internal sealed class StreamFrame
{
    private readonly int _idLength;
    private volatile byte[]? _bytes;

    public StreamFrame(string epoch, long number, StreamKind kind, in BarKey key, ReadOnlySpan<byte> data, DateTimeOffset recordedAt)
    {
        (Number, Kind, Key, RecordedAt) = (number, kind, key, recordedAt);
        byte[] id = [.. "id: "u8, .. Encoding.ASCII.GetBytes(new StreamPosition(epoch, number).ToString()), .. "\n"u8];
        _idLength = id.Length;
        _bytes = [.. id, .. "event: "u8, .. NameOf(kind), .. "\ndata: "u8, .. data, .. "\n\n"u8];
    }

    public long Number { get; }

    public StreamKind Kind { get; }

    public BarKey Key { get; }

    /// <summary>When it was written to the database, by that clock.</summary>
    public DateTimeOffset RecordedAt { get; }

    /// <summary>A forming bar whose interval is over; its final values are still to come, or never come.</summary>
    public bool HasEnded { get; init; }

    /// <summary>The start of the last bar of a range; later than all where nobody says.</summary>
    public long LastStart { get; init; } = long.MaxValue;

    /// <summary>The bar has changed since.</summary>
    public bool IsSuperseded => _bytes is null;

    public void Supersede() => _bytes = null;

    /// <summary>Whether a bar is one of the range that this tells.</summary>
    public bool IsRangeOf(BarKey key) => key.Symbol == Key.Symbol && key.Interval == Key.Interval && key.Start >= Key.Start && key.Start <= LastStart;

    /// <summary>The event as it is sent; empty when it is superseded.</summary>
    /// <param name="withId">Whether a reader may go on from it.</param>
    public ReadOnlySpan<byte> Bytes(bool withId) => _bytes is { } bytes ? bytes.AsSpan(withId ? 0 : _idLength) : default;

    private static ReadOnlySpan<byte> NameOf(StreamKind kind) => kind switch
    {
        StreamKind.Forming => "forming"u8,
        StreamKind.Bar => "bar"u8,
        StreamKind.Correction => "correction"u8,
        _ => "reset"u8,
    };
}

/// <summary>What an event tells.</summary>
internal enum StreamKind
{
    Forming,
    Bar,
    Correction,

    /// <summary>A range of a series is to be read anew.</summary>
    Range,
}

/// <summary>A bar, or for <see cref="StreamKind.Range"/> the first of a range. The start is in seconds since 1970 UTC.</summary>
internal readonly record struct BarKey(string Symbol, string Interval, long Start);
