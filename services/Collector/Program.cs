using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AppIds.Collector);
builder.AddPublishing();
builder.AddProviders();
builder.AddCollection();
builder.AddImports();

var app = builder.Build();
app.UseServiceDefaults();
app.MapCollection();
app.MapImports();

await app.RunAsync();
