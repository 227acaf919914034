using Google.Protobuf;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>An event for an inbox.</summary>
internal sealed class NewMail
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

/// <summary>What became of an event for an inbox.</summary>
internal enum MailOutcome
{
    /// <summary>There is no such instance.</summary>
    Missing,

    /// <summary>The instance has ended: nothing is kept.</summary>
    Over,

    Stored,
}
