using System.Globalization;
using System.IO.Compression;
using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

/// <summary>
/// A chain of IBM with the Greeks of a vendor, who takes options for European, without dividends, and the time to expiry in whole days. Spot and
/// rate are those that explain the vendor's figures best.
/// </summary>
public sealed class VendorGreeksTests
{
    private const double Spot = 219.2;
    private const double Rate = 0.0375;
    private static readonly DateOnly Day = new(2026, 5, 15);

    /// <summary>32 contracts of the chain, in the repository.</summary>
    [Fact]
    public void A_vendors_greeks_come_out_of_its_volatility() =>
        Check(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Options", "ibm-2026-05-15.csv"))).Should().Be(32);

    /// <summary>All of it, where the recordings lie beside the repository.</summary>
    [Fact]
    public void So_they_do_for_the_whole_chain()
    {
        if (Find("shared/data/options/IBM-alphavantage-historical-2026-05-15.csv.gz") is not { } file)
            return;

        using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        Check(lines.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)).Should().BeGreaterThan(1_800);
    }

    private static int Check(IEnumerable<string> lines)
    {
        var names = Array.Empty<string>();
        var (checkedContracts, implied) = (0, 0);
        foreach (var line in lines)
        {
            var fields = line.Trim().Split(',');
            if (names.Length == 0)
            {
                names = fields;
                continue;
            }

            double Value(string name) => double.Parse(fields[Array.IndexOf(names, name)], CultureInfo.InvariantCulture);
            OptionContract.TryParse(fields[0], out var contract).Should().BeTrue(fields[0]);
            if (contract.Expiry <= Day)
                continue;

            checkedContracts++;
            var terms = new OptionTerms(contract.Type, Spot, contract.Strike, (contract.Expiry.DayNumber - Day.DayNumber) / 365.0, Rate);
            var volatility = Value("implied_volatility");
            var greeks = BlackScholes.Greeks(terms, volatility);

            // Half of all differ by an eighth of this at most, most by far less. The most of delta, gamma and theta are those at the money in the last week, where a spot taken another
            // moment shows; of vega and rho those of 2.6 years, whose rate is another than that of a week.
            greeks.Delta.Should().BeApproximately(Value("delta"), 0.004, line);
            greeks.Gamma.Should().BeApproximately(Value("gamma"), 3.1e-4, line);
            greeks.Vega.Should().BeApproximately(Value("vega"), 0.0054, line);
            greeks.Theta.Should().BeApproximately(Value("theta"), 0.0025, line);
            greeks.Rho.Should().BeApproximately(Value("rho"), 0.031, line);

            // The vendor explains a price of its own between bid and ask.
            var (bid, ask) = (Value("bid"), Value("ask"));
            if (bid > 0 && greeks.Vega > 0.1 && ask - bid < 2 && ImpliedVolatility.OfEuropean(terms, (bid + ask) / 2).Value is { } ours)
            {
                implied++;
                ours.Should().BeApproximately(volatility, 0.011, line);
            }
        }

        implied.Should().BeGreaterThan(checkedContracts / 5);
        return checkedContracts;
    }

    private static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, path) is var file && File.Exists(file))
                return file;
        }

        return null;
    }
}
