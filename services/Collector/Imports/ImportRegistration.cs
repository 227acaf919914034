using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Imports;

internal static class ImportRegistration
{
    private const string DataFolderVariable = "STOCKS_DATA";
    private const string DefaultDataFolder = ".data";

    public static WebApplicationBuilder AddImports(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ImportOptions>()
            .BindConfiguration(ImportOptions.Section)
            .PostConfigure(options =>
            {
                if (options.Folder.Length == 0)
                    options.Folder = Path.Combine(builder.Configuration[DataFolderVariable] is { Length: > 0 } data ? data : DefaultDataFolder, "imports");
                options.Folder = Path.GetFullPath(options.Folder);
            })
            .Validate(options => options.ConcurrentFiles is >= 1 and <= 64, "Imports:ConcurrentFiles is 1 to 64, for example 2.")
            .Validate(options => options.StallTimeout >= TimeSpan.FromSeconds(1), "Imports:StallTimeout is one second or more, for example 00:00:30.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IDiskSpace, DiskSpace>();
        builder.Services.AddSingleton<ImportMetrics>();
        builder.Services.AddSingleton<ImportSpool>();
        builder.Services.AddSingleton<IImportFeed, ImportFeed>();
        builder.Services.AddSingleton<IImportReceipts>(services =>
            new QueryReceipts(services.GetRequiredService<DaprClient>().CreateInvokableHttpClient(AppIds.Query)));
        builder.Services.AddSingleton<ImportRun>();
        builder.Services.AddSingleton<ImportWorker>();
        builder.Services.AddSingleton<ImportIntake>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ImportWorker>());
        return builder;
    }
}
