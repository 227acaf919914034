using Dapr.Workflow;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Parts;

/// <param name="Part">What is still wanted.</param>
/// <param name="Provider">Who is asked.</param>
/// <param name="StartedAt">When the part began, by the workflow's clock.</param>
/// <param name="Attempt">From 1.</param>
internal sealed record FetchOrder(CollectPart Part, string Provider, DateTimeOffset StartedAt, int Attempt);

/// <summary>Activity: requests a part and publishes what it brings. May run twice: a message that comes again counts once.</summary>
internal sealed class FetchPart(PartFetch fetch, RunAnnouncer announcer, IHostApplicationLifetime host, TimeProvider time) : WorkflowActivity<FetchOrder, FetchedPart>
{
    public override async Task<FetchedPart> RunAsync(WorkflowActivityContext context, FetchOrder input)
    {
        var part = input.Part;
        var detail = input.Attempt == 1 ? null : part.Providers.Count == 1 ? $"Attempt {input.Attempt}." : $"Request {input.Attempt}, to {input.Provider}.";
        await announcer.SayAsync(
            new RunStep(part.RunId, part.Step, part.Number, part.Name, input.StartedAt, time.GetUtcNow(), Detail: detail, Part: true), host.ApplicationStopping);
        return await fetch.RunAsync(part, input.Provider, host.ApplicationStopping);
    }
}
