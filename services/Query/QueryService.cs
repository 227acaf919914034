using Microsoft.AspNetCore.Server.Kestrel.Core;
using StocksDapr.Contracts;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Coverage;
using StocksDapr.Query.Freshness;
using StocksDapr.Query.Imports;
using StocksDapr.Query.OptionChains;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Runs;
using StocksDapr.Query.Status;
using StocksDapr.Query.Storage;
using StocksDapr.Query.Streams;
using StocksDapr.Query.Symbols;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Query;

/// <summary>What this service is made of, and what it answers.</summary>
internal static class QueryService
{
    /// <summary>500 symbols of the greatest length, their commas escaped, fit into a request's first line.</summary>
    private const int MaxRequestLineSize = 16 * 1024;

    /// <param name="configure">Called before the application is built, for tests and benchmarks.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);

        // Before the defaults: of several exception handlers the first one that knows the exception answers.
        builder.Services.AddExceptionHandler<DatabaseFaults>();
        builder.AddServiceDefaults(AppIds.Query);
        AddQuery(builder.Services);

        // Npgsql tells every statement at Information.
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapEndpoints();
        return app;
    }

    private static void AddQuery(IServiceCollection services)
    {
        services.AddOptions<QueryOptions>().BindConfiguration(QueryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = MaxRequestLineSize);
        services.AddSingleton<QueryMetrics>();
        services.AddSingleton<MarketDatabase>();
        services.AddSingleton<IBarStore, PostgresBarStore>();
        services.AddSingleton<BarCache>();
        services.AddSingleton<BarsReader>();
        services.AddSingleton<BarsEndpoint>();
        services.AddSingleton<Fence>();
        services.AddSingleton<StreamSignal>();
        services.AddSingleton<StreamEndpoint>();
        services.AddHostedService<StoredListener>();
        services.AddSingleton<PublicPath>();
        services.AddSingleton<SymbolSearch>();
        services.AddSingleton<SeriesCoverage>();
        services.AddSingleton<ImportReceipts>();
        services.AddSingleton<RunsReader>();
        services.AddSingleton<OptionReader>();
        services.AddHealthChecks().AddCheck<SchemaCheck>("schema");
    }
}
