using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;
using StocksDapr.Writer;
using StocksDapr.Writer.DeadLetters;
using StocksDapr.Writer.Migrations;
using StocksDapr.Writer.Subscriptions;

var migrateOnly = args.Contains(MigrateCommand.Argument);
var builder = WebApplication.CreateBuilder([.. args.Where(argument => argument != MigrateCommand.Argument)]);
builder.AddServiceDefaults(AppIds.Writer);
builder.Services.AddStorage(builder.Configuration);
if (!migrateOnly)
    builder.Services.AddWriting();

await using var app = builder.Build();
if (migrateOnly)
    return await MigrateCommand.RunAsync(app.Services);

app.UseServiceDefaults();
app.MapBars();
app.MapRecords();
app.MapDeadLetters();
app.MapReplay();
await app.RunAsync();
return Environment.ExitCode;
