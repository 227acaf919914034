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
