using System.Globalization;
using System.Text;
using System.Text.Json;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>What delivery needs to know of an event without looking at its data.</summary>
/// <param name="TraceParent">Trace of the event; null = it has no such member, empty = it is empty.</param>
/// <param name="TraceState">tracestate of the event.</param>
/// <param name="Expiration">When it expires; null = never.</param>
internal sealed record EventFacts(string? TraceParent, string? TraceState, DateTimeOffset? Expiration)
{
    private static readonly string[] Rfc3339 =
    [
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 10_000 };

    /// <summary>Reads an event. Null when it is not a JSON object; <paramref name="problem"/> then says why.</summary>
    public static EventFacts? Read(ReadOnlySpan<byte> json, out string problem)
    {
        problem = "";
        string? traceId = null, traceParent = null, traceState = null;
        DateTimeOffset? expiration = null;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                problem = "the message is not a JSON object";
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("traceid"u8)) traceId = NextText(ref reader);
                else if (reader.ValueTextEquals("traceparent"u8)) traceParent = NextText(ref reader);
                else if (reader.ValueTextEquals("tracestate"u8)) traceState = NextText(ref reader);
                else if (reader.ValueTextEquals("expiration"u8)) expiration = Time(NextText(ref reader));
                else reader.Skip();
            }

            // The reader finds text behind the value only when it is asked to go on.
            reader.Read();
            return new EventFacts(string.IsNullOrEmpty(traceParent) ? traceId ?? traceParent : traceParent, traceState, expiration);
        }
        catch (JsonException broken)
        {
            problem = broken.Message;
            return null;
        }
    }

    private static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return Encoding.UTF8.GetString(reader.ValueIsEscaped ? GoJson.Unescape(reader.ValueSpan) : reader.ValueSpan);
        reader.Skip();
        return null;
    }

    // As strict as Go: what is no RFC 3339 time never expires.
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
