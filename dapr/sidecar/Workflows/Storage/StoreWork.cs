using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>A change that is to be stored. The store notes what became of it; then <see cref="Finish"/> is called, in the order in which the changes were handed in.</summary>
internal abstract class StoreWork
{
    /// <summary>Bytes that the change carries, for the size of a group.</summary>
    public abstract int Size { get; }

    /// <summary>It is stored, or the store has said why not.</summary>
    public abstract void Finish();

    /// <summary>It will not be stored.</summary>
    public abstract void Fail(Exception failure);
}

/// <summary>A change that somebody waits for.</summary>
internal abstract class AwaitedWork<TResult> : StoreWork
{
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the change is durable (or known to be impossible).</summary>
    public Task<TResult> Done => _done.Task;

    public override void Finish()
    {
        var result = Result();
        Stored(result);
        _done.TrySetResult(result);
    }

    public override void Fail(Exception failure) => _done.TrySetException(failure);

    /// <summary>Called before anybody who waits is told.</summary>
    protected virtual void Stored(TResult result)
    {
    }

    protected abstract TResult Result();
}

/// <summary>What became of an event for an inbox.</summary>
internal enum MailOutcome
{
    /// <summary>There is no such instance.</summary>
    Missing,

    /// <summary>The instance has ended: nothing is kept.</summary>
    Over,

    Stored,
}

/// <summary>An instance that comes into being, with its first event in its inbox.</summary>
internal class NewRow
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

/// <summary>An event for an inbox.</summary>
internal class NewMail
{
    /// <summary>The app; empty = the engine's own.</summary>
    public string AppId { get; init; } = "";

    public required string Id { get; init; }

    public required ByteString Event { get; init; }

    /// <summary>The execution that it is meant for; empty for any.</summary>
    public string ExecutionId { get; init; } = "";

    public MailOutcome Outcome { get; set; }

    public long Sequence { get; set; }

    /// <summary>The engine that owns the instance.</summary>
    public int Owner { get; set; }

    public void Reset()
    {
        Outcome = MailOutcome.Missing;
        Sequence = 0;
        Owner = 0;
    }
}

/// <summary>Creates an instance.</summary>
internal sealed class CreateWork(NewRow row, Action<NewRow> stored) : AwaitedWork<bool>
{
    public NewRow Row { get; } = row;

    public override int Size => Row.Start.Length;

    protected override bool Result() => Row.Created;

    protected override void Stored(bool result)
    {
        if (result) stored(Row);
    }
}

/// <summary>Puts an event into an inbox.</summary>
internal sealed class AppendWork(NewMail mail, Action<NewMail> stored) : AwaitedWork<MailOutcome>
{
    public NewMail Mail { get; } = mail;

    public override int Size => Mail.Event.Length;

    protected override MailOutcome Result() => Mail.Outcome;

    protected override void Stored(MailOutcome result)
    {
        if (result == MailOutcome.Stored) stored(Mail);
    }
}

/// <summary>Removes an instance.</summary>
internal sealed class PurgeWork(string id, bool force) : AwaitedWork<bool>
{
    public string Id { get; } = id;

    /// <summary>Also when it has not ended.</summary>
    public bool Force { get; } = force;

    public bool Removed { get; set; }

    public override int Size => 0;

    protected override bool Result() => Removed;
}

/// <summary>Gives instances to another engine.</summary>
internal sealed class ReleaseWork(int to, Action released) : AwaitedWork<bool>
{
    public int To { get; } = to;

    public override int Size => 0;

    protected override bool Result() => true;

    protected override void Stored(bool result) => released();
}

/// <summary>Takes events out of an inbox that have nothing to say.</summary>
internal sealed class DiscardWork(IReadOnlyList<long> sequences) : StoreWork
{
    public IReadOnlyList<long> Sequences { get; } = sequences;

    public override int Size => 0;

    public override void Finish()
    {
    }

    public override void Fail(Exception failure)
    {
    }
}

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
