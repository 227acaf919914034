using System.Buffers;
using Google.Protobuf;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Dispatch;

/// <summary>Something for a worker to do. It is out with at most one worker at a time, and given out again when that worker goes.</summary>
internal abstract class PendingWork
{
    /// <summary>The worker's stream that it went out on; null while it waits.</summary>
    public WorkerStream? Holder { get; set; }

    /// <summary>Where it waits or is counted: that of another app, for an activity that is meant for its workers.</summary>
    public WorkQueue? Queue { get; set; }

    /// <summary>It is done, or nobody wants it any more. Set under the queue's lock.</summary>
    public bool IsOver { get; set; }

    public abstract bool IsTurn { get; }

    /// <summary>Its worker is gone without an answer.</summary>
    public virtual void GiveBack(WorkQueue queue) => queue.Add(this);

    /// <summary>Writes the frame of its work item.</summary>
    public abstract void WriteTo(IBufferWriter<byte> output);
}

/// <summary>
/// A turn for a worker. Events of the past are copied as they are stored: a long history is not serialized anew for every turn. What is written is fixed
/// when the turn is made, since a late answer may be applied while the turn goes out to another worker.
/// </summary>
/// <param name="instanceId">The instance.</param>
/// <param name="turn">What it is about.</param>
/// <param name="token">The worker sends it back; empty as daprd leaves it, unless late answers are to be told from good ones.</param>
internal sealed class PendingTurn(string instanceId, Turn turn, string token) : PendingWork
{
    private readonly List<ByteString> _past = turn.State.History;
    private readonly int _pastCount = turn.State.History.Count;
    private readonly List<ByteString> _new = turn.NewEvents.ConvertAll(happened => happened.ToByteString());

    public Turn Turn { get; } = turn;

    public string Token { get; } = token;

    /// <summary>Told when its worker is gone without an answer.</summary>
    public required Action<PendingTurn> GivenBack { get; init; }

    public override bool IsTurn => true;

    public override void GiveBack(WorkQueue queue) => GivenBack(this);

    public override void WriteTo(IBufferWriter<byte> output)
    {
        var size = 1 + CodedOutputStream.ComputeStringSize(instanceId);
        for (var i = 0; i < _pastCount; i++) size += 1 + CodedOutputStream.ComputeBytesSize(_past[i]);
        foreach (var happened in _new) size += 1 + CodedOutputStream.ComputeBytesSize(happened);
        var whole = 1 + CodedOutputStream.ComputeLengthSize(size) + size + (Token.Length == 0 ? 0 : 1 + CodedOutputStream.ComputeStringSize(Token));

        // The item is put together in one buffer of its own: it may be written to the connection piece by piece.
        var buffer = ArrayPool<byte>.Shared.Rent(whole);
        try
        {
            // Events are messages, which look on the wire like bytes.
            var coded = new CodedOutputStream(buffer);
            coded.WriteRawTag(Tag(WorkItem.WorkflowRequestFieldNumber));
            coded.WriteLength(size);
            coded.WriteRawTag(Tag(WorkflowRequest.InstanceIdFieldNumber));
            coded.WriteString(instanceId);
            for (var i = 0; i < _pastCount; i++) WriteEvent(coded, WorkflowRequest.PastEventsFieldNumber, _past[i]);
            foreach (var happened in _new) WriteEvent(coded, WorkflowRequest.NewEventsFieldNumber, happened);
            if (Token.Length > 0)
            {
                coded.WriteRawTag(Tag(WorkItem.CompletionTokenFieldNumber));
                coded.WriteString(Token);
            }

            coded.Flush();
            GrpcFrame.Write(output, buffer.AsSpan(0, whole));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteEvent(CodedOutputStream coded, int field, ByteString happened)
    {
        coded.WriteRawTag(Tag(field));
        coded.WriteBytes(happened);
    }

    /// <summary>The tag of a length-delimited field below 16: one byte.</summary>
    private static byte Tag(int field) => (byte)((field << 3) | 2);
}

/// <summary>An activity for a worker.</summary>
internal sealed class PendingActivity(string instanceId, string executionId, HistoryEvent scheduled) : PendingWork
{
    public string InstanceId { get; } = instanceId;

    /// <summary>The execution that scheduled it: a result that comes after it is for nobody.</summary>
    public string ExecutionId { get; } = executionId;

    public HistoryEvent Scheduled { get; } = scheduled;

    public int TaskId => Scheduled.EventId;

    /// <summary>The first result on its way into the store; null before there is one.</summary>
    public Task? Completion { get; set; }

    public override bool IsTurn => false;

    public override void WriteTo(IBufferWriter<byte> output)
    {
        var task = Scheduled.TaskScheduled;
        GrpcFrame.Write(output, new WorkItem
        {
            ActivityRequest = new ActivityRequest
            {
                Name = task.Name,
                Version = task.Version,
                Input = task.Input,
                WorkflowInstance = new WorkflowInstance { InstanceId = InstanceId },
                TaskId = TaskId,
                ParentTraceContext = task.ParentTraceContext,
                TaskExecutionId = task.TaskExecutionId,
            },
        });
    }
}
