using Dapr.Workflow;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <param name="Event">Of its base type, for which alone its kind is written.</param>
internal sealed record Announcement(RunEvent Event);

/// <summary>Activity: announces something of a run. It may run twice, as everybody who hears it knows.</summary>
internal sealed class AnnounceRun(RunAnnouncer announcer, IHostApplicationLifetime host) : WorkflowActivity<Announcement, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, Announcement input)
    {
        await announcer.SayAsync(input.Event, host.ApplicationStopping);
        return true;
    }
}
