using StocksDapr.Collector.Imports;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AppIds.Collector);
builder.AddPublishing();
builder.AddProviders();
builder.AddImports();

var app = builder.Build();
app.UseServiceDefaults();
app.MapImports();

await app.RunAsync();
