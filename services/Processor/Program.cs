using StocksDapr.Contracts;
using StocksDapr.Market;
using StocksDapr.Processor;
using StocksDapr.Processor.Cleaning;
using StocksDapr.Processor.OptionChains;
using StocksDapr.Processor.Subscriptions;
using StocksDapr.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(AppIds.Processor);
builder.Services.AddSingleton(ExchangeCalendar.UsEquities);
builder.Services.AddSingleton<Cleaner>();
builder.Services.AddOptions<OptionsSettings>()
    .Bind(builder.Configuration.GetSection(OptionsSettings.Section))
    .Validate(settings => settings.IsValid(), $"{OptionsSettings.Section}:Rates are rates of a year by days to expiry, such as Rates:30 = 0.043.")
    .ValidateOnStart();
builder.Services.AddSingleton<ChainCleaner>();
builder.Services.AddSingleton<Metrics>();

var app = builder.Build();
app.UseServiceDefaults();
app.MapRawBars();
app.MapRawOptions();
await app.RunAsync();
