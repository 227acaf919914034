using Dapr.Workflow;

namespace StocksDapr.Collector.OptionChains;

/// <summary>Activity: the symbols of a market whose chains are wanted.</summary>
internal sealed class ListUnderlyings(IEnumerable<OptionMarket> markets, IHostApplicationLifetime host) : WorkflowActivity<string, IReadOnlyList<string>>
{
    public override async Task<IReadOnlyList<string>> RunAsync(WorkflowActivityContext context, string input) =>
        markets.FirstOrDefault(market => market.Name == input) is { Providers.Count: > 0 } market ? await market.UnderlyingsAsync(host.ApplicationStopping) : [];
}
