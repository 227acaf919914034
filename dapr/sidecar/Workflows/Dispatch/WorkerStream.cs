using System.IO.Pipelines;

namespace StocksDapr.Sidecar.Workflows.Dispatch;

/// <summary>A connected worker: the stream on which it gets its work.</summary>
internal sealed class WorkerStream
{
    /// <summary>What it has and has not answered. Guarded by the queue.</summary>
    public HashSet<PendingWork> Items { get; } = [];

    /// <summary>Sends work until the stream ends.</summary>
    /// <returns>Only when the worker takes nothing any more: its stream is to be closed.</returns>
    public async Task SendAsync(WorkQueue queue, PipeWriter output, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var taken = new List<PendingWork>();
        while (true)
        {
            taken.Clear();
            await queue.TakeAsync(this, taken, cancellationToken);
            foreach (var work in taken) work.WriteTo(output);
            using var limit = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                var flushed = await output.FlushAsync(either.Token);
                if (flushed.IsCompleted || flushed.IsCanceled) return;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
