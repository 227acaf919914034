using Google.Protobuf;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>An instance that comes into being, with its first event in its inbox.</summary>
internal sealed class NewRow
{
    /// <summary>The app; empty = the engine's own.</summary>
    public string AppId { get; init; } = "";

    public required string Id { get; init; }

    public required ByteString Start { get; init; }

    /// <summary>When it is to start; null = at once.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The engine that is to own it. Left to the store for other apps.</summary>
    public int Owner { get; set; }

    /// <summary>The id was used before, by an instance that has ended: it goes.</summary>
    public bool Replaces { get; set; }

    /// <summary>What the instance has behind it already; null = nothing, its first event goes into its inbox.</summary>
    public ForkSeed? Seed { get; init; }

    /// <summary>False when the id is in use.</summary>
    public bool Created { get; set; }

    /// <summary>Place of the first event in the inbox.</summary>
    public long Sequence { get; set; }

    public void Reset()
    {
        Created = false;
        Sequence = 0;
    }
}
