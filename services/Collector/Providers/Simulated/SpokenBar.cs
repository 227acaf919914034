using System.Globalization;
using System.Text.Json;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>A bar as the simulated vendor says it, faults and all. A null value is said as null.</summary>
internal readonly record struct SpokenBar(DateTimeOffset Start, double? Open, double? High, double? Low, double? Close, long? Volume)
{
    public static SpokenBar Of(in Bar bar) => new(bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);

    public void Write(Utf8JsonWriter json, Interval interval)
    {
        json.WriteStartObject();
        Span<char> time = stackalloc char[24];
        var format = interval.IsIntraday ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd";
        Start.UtcDateTime.TryFormat(time, out var length, format, CultureInfo.InvariantCulture);
        json.WriteString("t"u8, time[..length]);
        WriteNumber(json, "o"u8, Open);
        WriteNumber(json, "h"u8, High);
        WriteNumber(json, "l"u8, Low);
        WriteNumber(json, "c"u8, Close);
        if (Volume is { } volume)
            json.WriteNumber("v"u8, volume);
        else
            json.WriteNull("v"u8);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
