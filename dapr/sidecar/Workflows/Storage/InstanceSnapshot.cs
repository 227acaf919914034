using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>An instance as a client sees it.</summary>
internal sealed record InstanceSnapshot
{
    /// <summary>What daprd shows for a time that is not known: the first second of the year 1.</summary>
    private static readonly Timestamp Never = Timestamp.FromDateTime(DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc));

    public required OrchestrationStatus Status { get; init; }

    /// <summary>The engine that owns it; 0 once it has ended.</summary>
    public int Owner { get; init; }

    public string? CustomStatus { get; init; }

    /// <summary>The event that it began with; null before the first turn.</summary>
    public HistoryEvent? Start { get; init; }

    /// <summary>The event that it ended with; null before.</summary>
    public HistoryEvent? End { get; init; }

    /// <summary>Time of the first event.</summary>
    public Timestamp? StartedAt { get; init; }

    /// <summary>Version that the workflow's first turn ran as.</summary>
    public string? Version { get; init; }

    public Timestamp CreatedAt => Start?.Timestamp ?? Never;

    public Timestamp LastUpdatedAt { get; init; } = Never;

    public bool IsOver => Lifecycle.IsEnd(Status);

    public string Name => Start?.ExecutionStarted.Name ?? "";

    public string? Input => Start?.ExecutionStarted.Input;

    public string? Output => End?.ExecutionCompleted.Result;

    public TaskFailureDetails? Failure => End?.ExecutionCompleted.FailureDetails;

    public ParentInstanceInfo? Parent => Start?.ExecutionStarted.ParentInstance;

    public static InstanceSnapshot Of(InstanceState state, int owner)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new InstanceSnapshot
        {
            Status = state.Lifecycle.Status,
            Owner = owner,
            CustomStatus = state.CustomStatus,
            Start = state.Start,
            End = state.End,
            StartedAt = state.FirstAt,
            LastUpdatedAt = state.Start is null ? Never : state.LastAt ?? Never,
            Version = state.History.Count == 0 ? null : VersionOf(state.History[0]),
        };
    }

    /// <summary>From what a store keeps: the first event, the start, the end and the last event, as far as there are any.</summary>
    public static InstanceSnapshot Of(OrchestrationStatus status, int owner, string? customStatus, ByteString? first, ByteString? start, ByteString? end, ByteString? last)
    {
        var begun = start is null ? null : HistoryEvent.Parser.ParseFrom(start);
        return new InstanceSnapshot
        {
            Status = status,
            Owner = owner,
            CustomStatus = customStatus,
            Start = begun,
            End = end is null ? null : HistoryEvent.Parser.ParseFrom(end),
            StartedAt = first is null ? null : HistoryEvent.Parser.ParseFrom(first).Timestamp,
            LastUpdatedAt = begun is null || last is null ? Never : HistoryEvent.Parser.ParseFrom(last).Timestamp,
            Version = first is null ? null : VersionOf(first),
        };
    }

    private static string? VersionOf(ByteString first) =>
        HistoryEvent.Parser.ParseFrom(first).WorkflowStarted?.Version is { HasName: true } version ? version.Name : null;
}

/// <summary>An instance as a store keeps it.</summary>
/// <param name="Owner">The engine that owns it; 0 = none.</param>
/// <param name="Status">Its status.</param>
/// <param name="CustomStatus">Its custom status.</param>
/// <param name="HasWork">As in <see cref="TurnWork.HasWork"/>.</param>
/// <param name="History">Its events.</param>
/// <param name="Inbox">What waits for its next turn, in order.</param>
internal sealed record StoredInstance(
    int Owner, OrchestrationStatus Status, string? CustomStatus, bool HasWork, IReadOnlyList<ByteString> History, IReadOnlyList<InboxItem> Inbox);
