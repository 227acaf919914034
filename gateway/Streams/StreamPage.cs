using System.Runtime.InteropServices;
using System.Text.Json;

namespace StocksDapr.Gateway.Streams;

/// <summary>What Query says there is after a position.</summary>
/// <param name="Epoch">Of which database the positions are.</param>
/// <param name="Through">Up to where this tells everything.</param>
/// <param name="IsMissed">Something after the position is not known any more.</param>
/// <param name="Frames">Ascending.</param>
internal sealed record StreamPage(string Epoch, long Through, bool IsMissed, IReadOnlyList<StreamFrame> Frames)
{
    /// <exception cref="JsonException">It is not what Query answers.</exception>
    public static StreamPage Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var epoch = root.GetProperty("epoch").GetString()!;
            var frames = new List<StreamFrame>(root.GetProperty("events").GetArrayLength());
            foreach (var item in root.GetProperty("events").EnumerateArray())
                frames.Add(ReadFrame(epoch, item));
            return new StreamPage(epoch, root.GetProperty("through").GetInt64(), root.GetProperty("missed").GetBoolean(), frames);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("This is no page of the stream.", e);
        }
    }

    private static StreamFrame ReadFrame(string epoch, JsonElement item)
    {
        var kind = item.GetProperty("kind").GetString() switch
        {
            "forming" => StreamKind.Forming,
            "bar" => StreamKind.Bar,
            "correction" => StreamKind.Correction,
            "reset" => StreamKind.Range,
            var other => throw new JsonException($"'{other}' is no kind of event."),
        };
        var data = item.GetProperty("data");
        var key = new BarKey(item.GetProperty("symbol").GetString()!, item.GetProperty("interval").GetString()!, item.GetProperty("start").GetInt64());
        return new StreamFrame(epoch, item.GetProperty("id").GetInt64(), kind, key, JsonMarshal.GetRawUtf8Value(data), data.GetProperty("recordedAt").GetDateTimeOffset())
        {
            HasEnded = kind == StreamKind.Forming && data.GetProperty("ended").GetBoolean(),
            LastStart = item.TryGetProperty("last", out var last) ? last.GetInt64() : long.MaxValue,
        };
    }
}
