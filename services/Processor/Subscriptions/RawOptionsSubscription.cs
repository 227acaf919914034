using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Processor.OptionChains;

namespace StocksDapr.Processor.Subscriptions;

/// <summary>Option chains as they were said in, judged and valued chains out.</summary>
internal static class RawOptionsSubscription
{
    public static void MapRawOptions(this IEndpointRouteBuilder app) =>
        new RawSubscription<RawOptionChain, CleanOptionChain>(
            Topics.RawOptions, Topics.Options, ChainCleaner.Unreadable, app.ServiceProvider.GetRequiredService<ChainCleaner>().Clean,
            static clean => clean.Underlying, app.ServiceProvider.GetRequiredService<Metrics>().Count, RawOptionChain.MaxPerDelivery).Map(app);
}
