using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Tests.Runs;

/// <summary>The side of the service that has to do with runs, on a free port, with fakes for workflows and what is stored.</summary>
internal static class RunsHost
{
    /// <param name="settings">Its configuration; where the sidecar is, too.</param>
    /// <param name="workflows">In place of the task hub.</param>
    /// <param name="store">Takes what is published.</param>
    /// <param name="time">Null for the real time.</param>
    public static WebApplicationBuilder Prepare(IReadOnlyDictionary<string, string?> settings, FakeWorkflows workflows, FakeStore store, TimeProvider? time = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings);
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.AddServiceDefaults(AppIds.Collector);
        builder.AddPublishing();
        builder.AddProviders();
        builder.AddTracking();
        builder.AddUsStocks();
        builder.AddRuns();
        builder.AddSchedules();
        builder.AddBackfills();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IWorkflowRuns>(workflows);
        builder.Services.AddSingleton<IOpenRuns>(workflows);
        builder.Services.AddSingleton<IMessagePublisher>(store);
        return builder;
    }
}
