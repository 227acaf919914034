using System.Buffers;
using System.Globalization;
using System.Text;

namespace StocksDapr.Protocol.Grpc;

/// <summary>The two values that gRPC writes into headers in a form of its own: the status message and the timeout.</summary>
public static class GrpcText
{
    private const int MaxTimeoutDigits = 8;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Percent-encodes a status message: all but printable ASCII, and the percent sign.</summary>
    public static string EncodeMessage(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!message.AsSpan().ContainsAnyExcept(Plain))
            return message;

        var text = new StringBuilder(message.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(message))
        {
            if (Plain.Contains((char)octet))
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return text.ToString();
    }

    /// <summary>Reads a percent-encoded status message; what is not well encoded is left as it is, as the protocol asks.</summary>
    public static string DecodeMessage(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;
    }

    /// <summary>Writes a timeout: at most eight digits and a unit, in the finest unit that holds it.</summary>
    /// <param name="timeout">Not negative.</param>
    public static string EncodeTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        const long limit = 99_999_999;
        ReadOnlySpan<(long Ticks, char Unit)> units =
            [(TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M')];
        foreach (var (ticks, unit) in units)
        {
            var count = timeout.Ticks / ticks + (timeout.Ticks % ticks == 0 ? 0 : 1);
            if (count <= limit)
                return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Min(limit, timeout.Ticks / TimeSpan.TicksPerHour)}H");
    }

    /// <summary>Reads a timeout.</summary>
    /// <exception cref="GrpcException">It is not of that form.</exception>
    public static TimeSpan DecodeTimeout(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length is < 2 or > MaxTimeoutDigits + 1 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            throw Malformed(text);

        return text[^1] switch
        {
            'n' => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick),
            'u' => TimeSpan.FromMicroseconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'S' => TimeSpan.FromSeconds(count),
            'M' => TimeSpan.FromMinutes(count),
            'H' => TimeSpan.FromHours(count),
            _ => throw Malformed(text),
        };
    }

    private static GrpcException Malformed(string text) => new(GrpcStatusCode.Internal, $"malformed {GrpcNames.Timeout} '{text}'");
}
