using System.Globalization;
using StocksDapr.Vendors;

// An emulator of a vendor for trying things out: dotnet run --project tests/Vendors -- twelvedata --port 0
if (args is not ([_] or [_, "--port", _]) || EmulatedVendor.Find(args[0]) is not { } vendor
    || !ushort.TryParse(args.Length == 3 ? args[2] : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var port))
{
    await Console.Error.WriteLineAsync($"Usage: dotnet run --project tests/Vendors -- {string.Join('|', EmulatedVendor.All.Select(known => known.Name))} [--port N]");
    return 2;
}

using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    end.Cancel();
};
var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
await using var emulator = vendor.Make(EmulatedMarket.Until(today.AddDays(7)), TimeProvider.System);
await emulator.StartAsync(port);
Console.WriteLine($"# {vendor.Name} of {string.Join(", ", EmulatedMarket.Symbols)} from {EmulatedMarket.FirstDay:O} on, until Ctrl-C. In another shell:");
foreach (var (variable, value) in vendor.SettingsFor(emulator))
    Console.WriteLine($"export {variable}='{value}'");
Console.WriteLine("export Collector__Tracking__Default='false'");
Console.WriteLine($"./stocks up # and then: curl -X PUT …/api/v1/symbols/{EmulatedMarket.Apple}/tracking");
await Task.Delay(Timeout.InfiniteTimeSpan, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
return 0;
