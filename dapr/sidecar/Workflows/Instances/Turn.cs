using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>
/// One turn of an instance: what happened since the last one goes to a worker, and its answer becomes history. A workflow that starts itself over
/// does so within its turn: then nothing of the old history is left.
/// </summary>
internal sealed class Turn(InstanceState state, IReadOnlyList<InboxItem> consumed)
{
    /// <summary>Daprd starts a workflow over so often before it stores the progress.</summary>
    public const int MaxGenerations = 20;

    /// <summary>What of the inbox the turn takes, also what has nothing to say.</summary>
    public IReadOnlyList<InboxItem> Consumed { get; } = consumed;

    /// <summary>The instance before the turn, or empty once the workflow has started over.</summary>
    public InstanceState State { get; private set; } = state;

    /// <summary>What has happened, beginning with <c>workflowStarted</c>.</summary>
    public List<HistoryEvent> NewEvents { get; private set; } = [];

    /// <summary>How often the workflow has started over in this turn.</summary>
    public int Generations { get; private set; }

    /// <summary>The first order to end the workflow among the new events; null when there is none.</summary>
    public ExecutionTerminatedEvent? Termination { get; set; }

    /// <summary>Children of before the workflow started over: a termination reaches them no more.</summary>
    public void StartOver(List<HistoryEvent> events)
    {
        State = new InstanceState();
        NewEvents = events;
        Generations++;
    }
}

/// <summary>Something that happened to an instance and that no turn has taken yet.</summary>
/// <param name="Sequence">Its place in the store; 0 for a timer, which is known from the history.</param>
/// <param name="Event">What happened.</param>
/// <param name="ExecutionId">The execution that it is meant for; empty for any.</param>
/// <param name="Size">Bytes of the event.</param>
internal sealed record InboxItem(long Sequence, HistoryEvent Event, string ExecutionId, int Size)
{
    public static InboxItem Of(long sequence, ReadOnlySpan<byte> bytes, string executionId) =>
        new(sequence, HistoryEvent.Parser.ParseFrom(bytes), executionId, bytes.Length);

    public static InboxItem Fired(HistoryEvent timer) => new(0, timer, "", timer.CalculateSize());
}
