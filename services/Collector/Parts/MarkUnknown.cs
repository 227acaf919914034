using Dapr;
using Dapr.Workflow;
using StocksDapr.Collector.Tracking;

namespace StocksDapr.Collector.Parts;

/// <param name="Providers">Who says so.</param>
internal sealed record UnknownSymbols(IReadOnlyList<string> Symbols, IReadOnlyList<string> Providers);

/// <summary>Activity: remembers of tracked symbols that nobody has them who can be asked.</summary>
/// <exception cref="DaprException">The state store cannot be asked.</exception>
internal sealed class MarkUnknown(ITrackedSymbols tracked, IHostApplicationLifetime host) : WorkflowActivity<UnknownSymbols, bool>
{
    public override async Task<bool> RunAsync(WorkflowActivityContext context, UnknownSymbols input)
    {
        await tracked.UnknownAsync(input.Symbols, input.Providers, host.ApplicationStopping);
        return true;
    }
}
