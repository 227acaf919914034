using System.Security.Cryptography;
using System.Text.Json;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>A message that could not be processed.</summary>
/// <param name="Topic">The topic that it was published to.</param>
/// <param name="EventId">The CloudEvent's id, or a digest of the body. With the topic it tells redeliveries apart.</param>
/// <param name="Body">The CloudEvent as it came, at most <see cref="MaxBody"/> bytes of it.</param>
internal sealed record DeadLetter(string Topic, string EventId, ReadOnlyMemory<byte> Body, bool IsTruncated)
{
    /// <summary>Of a longer envelope only the beginning is kept, for looking at.</summary>
    public const int MaxBody = 1024 * 1024;

    public static DeadLetter Read(ReadOnlyMemory<byte> envelope)
    {
        string? id = null, topic = null;
        try
        {
            (id, topic, _) = EventEnvelope.Read(envelope);
        }
        catch (JsonException)
        {
            // Kept as it is: that it is no CloudEvent is what somebody will want to see.
        }

        return new DeadLetter(
            topic is { Length: > 0 } ? StorableText.Of(topic, 200) : "unknown",
            id is { Length: > 0 } ? StorableText.Of(id, 200) : Convert.ToHexStringLower(SHA256.HashData(envelope.Span)),
            envelope[..Math.Min(envelope.Length, MaxBody)],
            envelope.Length > MaxBody);
    }
}

/// <summary>A dead letter as it is kept.</summary>
internal sealed record KeptDeadLetter(long Id, DeadLetter Letter);
