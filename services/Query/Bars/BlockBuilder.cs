using System.Buffers;
using System.Globalization;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;

namespace StocksDapr.Query.Bars;

/// <summary>Renders bars, given in ascending order, into a <see cref="Block"/>.</summary>
internal sealed class BlockBuilder(Interval interval)
{
    /// <summary>More than the longest text of a double (24) or a long (20).</summary>
    private const int MaxNumberLength = 32;

    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private readonly List<int> _offsets = [0];
    private readonly List<long> _starts = [];

    public int Count => _starts.Count;

    /// <param name="bar">The next bar; later than the one before.</param>
    /// <param name="source">Its source as a JSON string, quotes included.</param>
    public void Add(in Bar bar, ReadOnlySpan<byte> source)
    {
        _json.Write("{\"t\":\""u8);
        _json.Advance(BarTime.Format(bar.Start, interval, _json.GetSpan(BarTime.MaxLength)));
        _json.Write("\",\"open\":"u8);
        Write(bar.Open);
        _json.Write(",\"high\":"u8);
        Write(bar.High);
        _json.Write(",\"low\":"u8);
        Write(bar.Low);
        _json.Write(",\"close\":"u8);
        Write(bar.Close);
        _json.Write(",\"volume\":"u8);
        bar.Volume.TryFormat(_json.GetSpan(MaxNumberLength), out var written, provider: CultureInfo.InvariantCulture);
        _json.Advance(written);
        _json.Write(",\"source\":"u8);
        _json.Write(source);
        _json.Write("},"u8);
        _offsets.Add(_json.WrittenCount);
        _starts.Add(bar.Start.ToUnixTimeSeconds());
    }

    public Block Build() => Count == 0
        ? Block.Empty
        : new Block(_json.WrittenSpan.ToArray(), [.. _offsets], [.. _starts], Hashing.Add(Hashing.Seed, _json.WrittenSpan));

    /// <summary>Shortest text that reads back as the same number. JSON has no word for what is not finite.</summary>
    private void Write(double price)
    {
        if (!double.IsFinite(price))
        {
            _json.Write("null"u8);
            return;
        }

        price.TryFormat(_json.GetSpan(MaxNumberLength), out var written, provider: CultureInfo.InvariantCulture);
        _json.Advance(written);
    }
}
