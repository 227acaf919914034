using System.Text.Json;
using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>What became of the wish to publish a dead letter again.</summary>
internal enum ReplayResult
{
    Published,

    /// <summary>The letter cannot be published again: it is not whole, or not an event of one of our topics.</summary>
    NotPossible,

    /// <summary>The sidecar or the broker did not take it.</summary>
    NotTaken,
}

/// <summary>
/// Publishes the data of a dead letter again to the topic that it came from. It is marked afterwards, so that a crash in between replays it
/// twice rather than never; every handler takes a message twice.
/// </summary>
internal sealed class Replay(DaprClient dapr, DeadLetterStore store, ILogger<Replay> logger)
{
    /// <summary>The topics of the pipeline. A letter that names another one was not published by it.</summary>
    public static IReadOnlySet<string> ReplayableTopics { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        Topics.RawBars, Topics.RawBarsHistory, Topics.Bars, Topics.BarsHistory, Topics.CorporateActions, Topics.Instruments, Topics.Imports, Topics.Stored,
    };

    public async Task<ReplayResult> RunAsync(KeptDeadLetter kept, CancellationToken cancellationToken)
    {
        if (kept.Letter.IsTruncated || !ReplayableTopics.Contains(kept.Letter.Topic) || Data(kept.Letter) is not { Length: > 0 } data)
            return ReplayResult.NotPossible;

        try
        {
            await dapr.PublishByteEventAsync(Components.PubSub, kept.Letter.Topic, data, metadata: PartitionKey(data), cancellationToken: cancellationToken);
        }
        catch (DaprException exception)
        {
            logger.DeadLetterNotReplayed(exception, kept.Id, kept.Letter.Topic);
            return ReplayResult.NotTaken;
        }

        await store.ReportReplayedAsync(kept.Id, cancellationToken);
        logger.DeadLetterReplayed(kept.Id, kept.Letter.Topic);
        return ReplayResult.Published;
    }

    private static ReadOnlyMemory<byte>? Data(DeadLetter letter)
    {
        try
        {
            return EventEnvelope.Read(letter.Body).Data;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, string>? PartitionKey(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var name in (ReadOnlySpan<string>)["symbol", "importId"])
            {
                if (json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                    return new Dictionary<string, string> { ["partitionKey"] = value.GetString()! };
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
