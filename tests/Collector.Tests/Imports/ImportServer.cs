using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Tests.Imports;

/// <summary>The import side of the service behind its real web server, with the ledger in place of everything behind it.</summary>
internal sealed class ImportServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder = Directory.CreateTempSubdirectory("imports-").FullName;

    private ImportServer()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.AddServiceDefaults(AppIds.Collector);
        builder.AddPublishing();
        builder.AddImports();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IImportFeed>(Ledger);
        builder.Services.AddSingleton<IImportReceipts>(Ledger);
        builder.Services.AddSingleton<IDiskSpace>(Disk);
        builder.Services.Configure<ImportOptions>(options =>
        {
            options.Folder = _folder;
            options.DirectWait = TimeSpan.FromSeconds(2);
            options.ReceiptWait = TimeSpan.FromSeconds(1);
        });
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapImports();
    }

    public ImportLedger Ledger { get; } = new();

    public ImportHouse.FakeDisk Disk { get; } = new();

    public HttpClient Client { get; } = new();

    public IEnumerable<string> Files => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories);

    public static async Task<ImportServer> StartAsync()
    {
        var server = new ImportServer();
        await server._app.StartAsync();
        server.Client.BaseAddress = new Uri(server._app.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
