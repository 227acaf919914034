using StocksDapr.Contracts;
using StocksDapr.Market;
using StocksDapr.Processor;
using StocksDapr.Processor.Cleaning;
using StocksDapr.Processor.Subscriptions;
using StocksDapr.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AppIds.Processor);
builder.Services.AddSingleton(ExchangeCalendar.UsEquities);
builder.Services.AddSingleton<Cleaner>();
builder.Services.AddSingleton<Metrics>();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRawBars();
await app.RunAsync();
