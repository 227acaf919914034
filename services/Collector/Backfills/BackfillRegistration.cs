namespace StocksDapr.Collector.Backfills;

internal static class BackfillRegistration
{
    public static WebApplicationBuilder AddBackfills(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BackfillReader>();
        builder.Services.AddSingleton<BackfillControl>();
        return builder;
    }
}
