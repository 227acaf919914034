using Dapr.Workflow;
using StocksDapr.Collector.Collection;

namespace StocksDapr.Collector.Parts;

/// <param name="Messages">Their numbers.</param>
internal sealed record SentMessages(string RunId, IReadOnlyList<int> Messages);

/// <summary>Activity: waits a little until messages of a run are stored, and returns the receipts of those that are.</summary>
/// <exception cref="StoredBarsUnknownException">Query cannot be asked, so that nobody knows.</exception>
internal sealed class AwaitStored(IRunReceipts receipts, IHostApplicationLifetime host, TimeProvider time) : WorkflowActivity<SentMessages, IReadOnlyList<MessageReceipt>>
{
    /// <summary>Longer waits are the workflow's, which survive a restart and hold no thread's worth of memory.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    public override async Task<IReadOnlyList<MessageReceipt>> RunAsync(WorkflowActivityContext context, SentMessages input)
    {
        var wanted = input.Messages.ToHashSet();
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var stored = (await receipts.GetAsync(input.RunId, input.Messages.Min(), input.Messages.Max(), host.ApplicationStopping))
                .Where(receipt => wanted.Contains(receipt.Number)).ToList();
            if (stored.Count == wanted.Count || time.GetElapsedTime(began) >= Patience)
                return stored;
            await Task.Delay(pause, time, host.ApplicationStopping);
        }
    }
}
