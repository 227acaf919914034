using Dapr.Workflow;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <param name="Ticket">Names the execution.</param>
/// <param name="Parts">How many parts there are, where that is known.</param>
internal sealed record RunClaim(string Ticket, RunStarted Started, int? Parts);

/// <summary>Activity: claims a run for an execution and announces it; false, and nothing is announced, when another execution has it.</summary>
internal sealed class BeginRun(IRunClaims claims, RunAnnouncer announcer, IHostApplicationLifetime host) : WorkflowActivity<RunClaim, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, RunClaim input)
    {
        var started = input.Started;
        if (!await claims.TryClaimAsync(started.RunId, input.Ticket, host.ApplicationStopping))
            return false;

        await announcer.SayAsync(started, host.ApplicationStopping);
        if (input.Parts is { } parts)
            await announcer.SayAsync(new RunPlanned(started.RunId, parts), host.ApplicationStopping);
        return true;
    }
}
