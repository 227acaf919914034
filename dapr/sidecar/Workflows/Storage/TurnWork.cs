using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>A turn: everything that it changes, in its own instance and in others.</summary>
internal sealed class TurnWork : StoreWork
{
    public required string Id { get; init; }

    public required OrchestrationStatus Status { get; init; }

    /// <summary>Activities are open, or the next turn begins at once: the instance must be looked at after a restart.</summary>
    public required bool HasWork { get; init; }

    /// <summary>When its next timer is due; null = none.</summary>
    public DateTimeOffset? NextDue { get; init; }

    public string? CustomStatus { get; init; }

    public int StartPosition { get; init; }

    public int EndPosition { get; init; }

    /// <summary>Events before the new ones; 0 with <see cref="StartedOver"/>.</summary>
    public int HistoryLength { get; init; }

    /// <summary>What was there before goes.</summary>
    public bool StartedOver { get; init; }

    public required IReadOnlyList<ByteString> Events { get; init; }

    /// <summary>Places in the inbox that the turn has consumed.</summary>
    public required IReadOnlyList<long> Consumed { get; init; }

    /// <summary>When the ended instance is removed by itself; null = never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public List<NewRow> Creations { get; } = [];

    public List<NewMail> Mails { get; } = [];

    /// <summary>False when the instance was not this engine's any more.</summary>
    public bool Committed { get; set; }

    /// <summary>A child's id is in use: nothing of the turn is stored until that is settled.</summary>
    public bool Contested => Creations.Exists(creation => creation is { Created: false });

    public required Action<TurnWork> Finished { get; init; }

    public required Action<Exception> Failed { get; init; }

    public override int Size => Events.Sum(happened => happened.Length) + Creations.Sum(creation => creation.Start.Length) + Mails.Sum(mail => mail.Event.Length);

    public override void Finish() => Finished(this);

    public override void Fail(Exception failure) => Failed(failure);
}
