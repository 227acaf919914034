using System.Globalization;
using Npgsql;
using StocksDapr.Support;
using StocksDapr.Support.Platform;
using StocksDapr.Vendors;
using StocksDapr.Vendors.AlphaVantage;
using StocksDapr.Vendors.Fmp;
using StocksDapr.Vendors.TwelveData;
using StocksDapr.Vendors.Yahoo;

namespace StocksDapr.EndToEnd.Vendors;

/// <summary>
/// The platform as somebody runs it who has keys: five of Twelve Data's free plan, one of FMP's, one of a plan of Alpha Vantage's that is small, and Yahoo
/// switched on. Emulators answer in place of the vendors and count by their own clocks. What makes a person wait for minutes is set to seconds.
/// </summary>
public sealed class VendorsPlatform : RunningPlatform
{
    /// <summary>Requests to Alpha Vantage in a day.</summary>
    public const int AlphaVantagePerDay = 4;

    private static readonly string[] FurtherKeys = ["second-key", "third-key", "fourth-key", "fifth-key"];

    private readonly PostgresFixture _postgres = new();

    public VendorsPlatform()
    {
        Market = EmulatedMarket.Until(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
        TwelveData = new TwelveDataEmulator(Market, TimeProvider.System) { IsFreePlan = true, MoreKeys = FurtherKeys, Budget = { PerMinute = 8, PerDay = 800 } };
        Fmp = new FmpEmulator(Market, TimeProvider.System) { Budget = { PerDay = 250 } };
        AlphaVantage = new AlphaVantageEmulator(Market, TimeProvider.System) { IsPaid = true, Budget = { PerDay = AlphaVantagePerDay } };
        Yahoo = new YahooEmulator(Market, TimeProvider.System) { ForgetsOldBars = true };
    }

    public EmulatedMarket Market { get; }

    public TwelveDataEmulator TwelveData { get; }

    public FmpEmulator Fmp { get; }

    public AlphaVantageEmulator AlphaVantage { get; }

    public YahooEmulator Yahoo { get; }

    /// <summary>The market database.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    private IEnumerable<VendorEmulator> Emulators => [TwelveData, Fmp, AlphaVantage, Yahoo];

    public override async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Environment["STOCKS_POSTGRES"] = await _postgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(Environment["STOCKS_POSTGRES"]);
        foreach (var (name, emulator) in new (string, VendorEmulator)[] { ("twelvedata", TwelveData), ("fmp", Fmp), ("alphavantage", AlphaVantage), ("yahoo", Yahoo) })
        {
            await emulator.StartAsync();
            foreach (var (variable, value) in EmulatedVendor.Find(name)!.SettingsFor(emulator))
                Environment[variable] = value;
            Environment[$"Collector__Providers__{name}__Timeout"] = "00:00:02";
            Environment[$"Collector__Providers__{name}__PauseAfterFailures"] = "00:00:01";
            Environment[$"Collector__Providers__{name}__LongestPause"] = "00:00:02";
        }

        Environment["TWELVEDATA_API_KEY"] = string.Join(',', FurtherKeys.Prepend(VendorEmulator.GoodKey));
        foreach (var (setting, value) in new[]
        {
            ("Providers__alphavantage__CreditsPerMinute", "0"),
            ("Providers__alphavantage__CreditsPerDay", AlphaVantagePerDay.ToString(CultureInfo.InvariantCulture)),
            ("Providers__yahoo__MinimumGap", "00:00:00"),
            ("Collection__RetryAfter", "00:00:00.2"),
            ("Collection__AskAgainAfter", "00:00:05"),
            ("Collection__HealEvery", "00:00:01"),
            ("Tracking__Default", "false"),
            ("EndOfDay__Enabled", "false"),
        })
        {
            Environment[$"Collector__{setting}"] = value;
        }

        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        await _postgres.DisposeAsync();
        foreach (var emulator in Emulators)
            await emulator.DisposeAsync();
    }

    /// <summary>Vendors as they were before a test made them fail.</summary>
    public void Heal()
    {
        foreach (var emulator in Emulators)
            (emulator.Fault, emulator.Instead, emulator.Held) = (VendorFault.None, null, null);
    }

    /// <summary>No vendor was asked for more than it sells, by its own count, nor for anything that its documentation forbids.</summary>
    public void NoVendorShouldHaveComplained()
    {
        foreach (var emulator in Emulators)
        {
            emulator.Budget.Passed.Should().Be(0, $"{emulator.GetType().Name} counts its budgets itself");
            emulator.Violations.Should().BeEmpty();
        }
    }
}
