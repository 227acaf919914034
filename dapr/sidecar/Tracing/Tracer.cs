using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace StocksDapr.Sidecar.Tracing;

/// <summary>
/// Makes the trace context of a request, as daprd does without an exporter: with no sampling rate configured an incoming context is passed on
/// unchanged; with rate 0 there is none at all; with another rate real ids are made, parent-based.
/// </summary>
internal sealed class Tracer(string? samplingRate)
{
    private const string Header = "traceparent";
    private const string StateHeader = "tracestate";
    private const string BaggageHeader = "baggage";
    private const int ParentLength = 55;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly double? _rate = ParseRate(samplingRate);

    /// <summary>Reads the request's headers. False when baggage is broken; <paramref name="problem"/> is then daprd's text.</summary>
    public bool TryRead(IHeaderDictionary headers, out TraceContext trace, out string problem)
    {
        trace = TraceContext.None;
        problem = "";
        string? baggage = null;
        if (headers.TryGetValue(BaggageHeader, out var values))
        {
            baggage = values.ToString();
            if (!Baggage.IsValid(baggage, out problem)) return false;
        }

        if (_rate is 0) return true;
        var parent = headers.TryGetValue(Header, out var incoming) && IsParent(incoming.ToString()) ? incoming.ToString() : null;
        var state = parent is null ? "" : headers[StateHeader].ToString();
        trace = new TraceContext(_rate is null ? parent ?? TraceContext.Zero : NewSpan(parent, _rate.Value), state, baggage);
        return true;
    }

    /// <summary>The context of something that begins in the sidecar itself, from a stored traceparent (null = there is none, empty = an empty one).</summary>
    public TraceContext Continue(string? parent, string? state) => _rate switch
    {
        0 => TraceContext.None,
        null => new TraceContext(parent is null ? null : IsParent(parent) ? parent : TraceContext.Zero, state ?? ""),
        _ => new TraceContext(NewSpan(parent is not null && IsParent(parent) ? parent : null, _rate.Value), state ?? ""),
    };

    /// <summary>Puts the context on a response, unless it is off.</summary>
    public static void Write(IHeaderDictionary headers, in TraceContext trace)
    {
        if (trace.Parent is null) return;
        headers[Header] = trace.Parent;
        if (trace.State.Length > 0) headers[StateHeader] = trace.State;
        if (trace.Baggage is not null) headers[BaggageHeader] = trace.Baggage;
    }

    internal static bool IsParent(string text)
    {
        if (text.Length < ParentLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
        if (text.Length > ParentLength && (text.StartsWith("00", StringComparison.Ordinal) || text[ParentLength] != '-')) return false;
        return IsHex(text.AsSpan(0, 2)) && !text.StartsWith("ff", StringComparison.Ordinal) && IsHex(text.AsSpan(53, 2))
            && IsHex(text.AsSpan(3, 32)) && text.AsSpan(3, 32).IndexOfAnyExcept('0') >= 0
            && IsHex(text.AsSpan(36, 16)) && text.AsSpan(36, 16).IndexOfAnyExcept('0') >= 0;
    }

    private static bool IsHex(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(HexDigits) < 0;

    private static string NewSpan(string? parent, double rate)
    {
        var span = ActivitySpanId.CreateRandom().ToHexString();
        if (parent is not null) return $"00-{parent.AsSpan(3, 32)}-{span}-{parent.AsSpan(53, 2)}";
        var sampled = Random.Shared.NextDouble() < rate ? "01" : "00";
        return $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{span}-{sampled}";
    }

    private static double? ParseRate(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) ? Math.Clamp(rate, 0, 1) : null;
    }
}
