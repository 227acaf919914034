using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Processor.Cleaning;

namespace StocksDapr.Processor.Subscriptions;

/// <summary>Raw bars in, clean bars out, each lane to its own.</summary>
internal static class RawBarsSubscription
{
    public static void MapRawBars(this IEndpointRouteBuilder app)
    {
        Map(app, Topics.RawBars, Topics.Bars);
        Map(app, Topics.RawBarsHistory, Topics.BarsHistory);
    }

    // What cannot be understood is found by the converter already.
    private static void Map(IEndpointRouteBuilder app, string source, string destination) =>
        new RawSubscription<RawBars, CleanBars>(
            source, destination, static _ => null, app.ServiceProvider.GetRequiredService<Cleaner>().Clean, static clean => clean.Symbol,
            app.ServiceProvider.GetRequiredService<Metrics>().Count).Map(app);
}
