using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Yahoo;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>A line of an <c>index.csv</c>: an answer of a vendor as a file beside it.</summary>
/// <param name="Folder">Where the index is.</param>
/// <param name="File">Path of the body, relative to the folder.</param>
/// <param name="Vendor">As the index writes it.</param>
/// <param name="Endpoint">What was asked, in free words that name the path and now and then the interval.</param>
/// <param name="Statuses">Under which statuses the body was seen.</param>
/// <param name="Symbols">What it is about, as the vendor writes symbols; often nothing.</param>
internal sealed record RecordedAnswer(string Folder, string File, string Vendor, string Endpoint, IReadOnlyList<int> Statuses, IReadOnlyList<string> Symbols)
{
    /// <summary>The name of the provider that such answers are for; null for a vendor that there is none for.</summary>
    public string? Provider => Vendor.ToUpperInvariant() switch
    {
        "TWELVE DATA" => TwelveDataProvider.ProviderName,
        "ALPHA VANTAGE" => AlphaVantageProvider.ProviderName,
        "FINNHUB" => FinnhubProvider.ProviderName,
        "FMP" or "FINANCIAL MODELING PREP" => FmpProvider.ProviderName,
        "YAHOO" or "YAHOO FINANCE" => YahooProvider.ProviderName,
        _ => null,
    };

    public byte[] Body() => System.IO.File.ReadAllBytes(Path.Combine(Folder, File));

    public override string ToString() => $"{File} of {Folder}";
}
