using StocksDapr.Writer.Actions;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.DeadLetters;
using StocksDapr.Writer.Imports;
using StocksDapr.Writer.Listings;
using StocksDapr.Writer.OptionChains;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Runs;
using StocksDapr.Writer.Storage;
using StocksDapr.Writer.Streams;
using StocksDapr.Writer.Subscriptions;

namespace StocksDapr.Writer;

/// <summary>What Writer is made of.</summary>
internal static class WriterServices
{
    /// <summary>What every command needs: the database and the options.</summary>
    public static void AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WriterOptions>().Bind(configuration.GetSection(WriterOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Database>();
    }

    /// <summary>The service itself.</summary>
    public static void AddWriting(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseState>();
        services.AddSingleton<Catalog>();
        services.AddSingleton<Partitions>();
        services.AddSingleton<Isolation>();
        services.AddSingleton<Metrics>();
        services.AddSingleton<BarStore>();
        services.AddSingleton<BarQueue>();
        services.AddSingleton<Announcer>();
        services.AddSingleton<InstrumentStore>();
        services.AddSingleton<CorporateActionStore>();
        services.AddSingleton<ImportStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunPruning>();
        services.AddSingleton<ContractCatalog>();
        services.AddSingleton<OptionStore>();
        services.AddSingleton<OptionPruning>();
        services.AddSingleton<LiveBarStore>();
        services.AddSingleton<StreamPruning>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<Replay>();
        services.AddSingleton<Refusals>();
        services.AddHostedService<SchemaStart>();
        services.AddHostedService(provider => provider.GetRequiredService<Announcer>());
        services.AddHostedService<BarWriting>();
        services.AddHostedService<RunRetention>();
        services.AddHostedService<OptionRetention>();
        services.AddHostedService<StreamRetention>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
    }
}
