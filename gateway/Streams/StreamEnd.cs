using System.Text;

namespace StocksDapr.Gateway.Streams;

/// <summary>Why a stream is ended from this side. Readers are told in an event <c>end</c>.</summary>
internal sealed record StreamEnd(string Reason, string Detail, bool Retry)
{
    public static readonly StreamEnd TooSlow = new(
        "too_slow", "You read more slowly than there is news. Nothing was left out so far: come back with the last id, or follow less.", Retry: true);

    public static readonly StreamEnd TokenEnded = new("token_ended", "The token was revoked or has expired.", Retry: false);

    public static readonly StreamEnd Shutdown = new("shutdown", "This replica stops. Come back with the last id: another one goes on from there.", Retry: true);

    public static readonly StreamEnd SourceAway = new("source_unavailable", "What you missed cannot be read at the moment. Come back with the last id.", Retry: true);

    /// <summary>The reader's side ended, or took nothing for too long: nobody is told.</summary>
    public static readonly StreamEnd Gone = new("gone", "", Retry: true);

    /// <summary>As <see cref="Gone"/>, after a long wait.</summary>
    public static readonly StreamEnd Stalled = new("stalled", "", Retry: true);

    /// <summary>The event, without an id, so that the reader keeps the last one.</summary>
    public byte[] ToEvent() =>
        Encoding.UTF8.GetBytes($"event: end\ndata: {{\"reason\":\"{Reason}\",\"detail\":\"{Detail}\",\"retry\":{(Retry ? "true" : "false")}}}\n\n");
}
