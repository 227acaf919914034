using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Live;
using StocksDapr.Collector.OptionChains;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Quotes;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AppIds.Collector);
builder.AddPublishing();
builder.AddProviders();
builder.AddTracking();
builder.AddUsStocks();
builder.AddRuns();
builder.AddSchedules();
builder.AddOptionChains();
builder.AddBackfills();
builder.AddImports();
builder.AddLive();
builder.AddQuotes();

var app = builder.Build();
app.UseServiceDefaults();
app.MapSchedules();
app.MapBackfills();
app.MapTracking();
app.MapImports();
app.MapProviders();
app.MapQuotes();

await app.RunAsync();
