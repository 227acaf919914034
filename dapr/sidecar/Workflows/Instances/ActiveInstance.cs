using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>An instance that this engine has in memory. Guarded by the lock of <see cref="InstanceTable"/>, but for the state while an answer is applied.</summary>
internal sealed class ActiveInstance(string id)
{
    public string Id { get; } = id;

    /// <summary>False while it is read from the store.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>It is not in the table any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Its history, the turn that is being stored included.</summary>
    public InstanceState State { get; set; } = new();

    /// <summary>What clients see: the committed state.</summary>
    public InstanceSnapshot? Snapshot { get; set; }

    /// <summary>What waits for the next turn, in order.</summary>
    public List<InboxItem> Inbox { get; set; } = [];

    /// <summary>The turn that is with a worker; null when there is none.</summary>
    public PendingTurn? Turn { get; set; }

    /// <summary>A worker's answer is being applied and stored.</summary>
    public bool IsStoring { get; set; }

    /// <summary>The next turn begins whether anything happens or not.</summary>
    public bool GoesOn { get; set; }

    /// <summary>It does not begin a turn by itself: it is stalled, or its last turn was refused. Mail, or a new worker, makes it try again.</summary>
    public bool IsHeld { get; set; }

    /// <summary>
    /// A turn of it may be out twice: it was given out anew, or an engine that is gone had the instance, whose worker still has the answer to that one's turn.
    /// From then on late answers are told by their tokens.
    /// </summary>
    public bool UsesTokens { get; set; }

    /// <summary>An answer without a token came though one had been given, and the turn went out once more.</summary>
    public bool WasAskedAgain { get; set; }

    /// <summary>Activities without a result in the history.</summary>
    public Dictionary<int, PendingActivity> Activities { get; } = [];

    /// <summary>The moments that are set for it, by timer.</summary>
    public Dictionary<int, DueMoment> Moments { get; } = [];

    /// <summary>Counts turns begun and stored: whoever reads the inbox from the store sees with it whether something was consumed meanwhile.</summary>
    public int Version { get; set; }

    public long TouchedAt { get; set; }

    /// <summary>Nothing is under way that memory alone knows of.</summary>
    public bool IsIdle => IsLoaded && Turn is null && !IsStoring && !GoesOn && !IsHeld && Inbox.Count == 0 && Activities.Count == 0;
}
