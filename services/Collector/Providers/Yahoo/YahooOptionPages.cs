using System.Globalization;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>Puts a chain together from its pages: the first tells all expiries and has the contracts of the next one, each other expiry is a page of its own.</summary>
internal sealed class YahooOptionPages(PoliteVendor vendor, YahooCrumb crumbs) : IDisposable
{
    public async Task<ProviderAnswer<OptionChainSnapshot>> ReadAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var symbol = YahooSymbol.Of(underlying);
        var answer = await PageAsync(symbol, null, cancellationToken);
        var credits = answer.Credits;
        if (!answer.IsSuccess)
            return Of(null, answer.Error);
        if (!answer.Value.IsKnown)
            return Of(null, new ProviderError(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol."));

        var first = answer.Value;
        var contracts = new List<RawOptionQuote>(first.Contracts);
        foreach (var expiry in first.Expiries.Distinct().Where(expiry => expiry != first.Expiry && IsWanted(expiry)))
        {
            answer = await PageAsync(symbol, expiry, cancellationToken);
            credits += answer.Credits;
            if (!answer.IsSuccess)
                return Of(null, answer.Error);
            if (answer.Value.Expiry is { } read && read != expiry)
                return Of(null, new ProviderError(ProviderErrorKind.Malformed, "A page is of another expiry than was asked."));
            contracts.AddRange(answer.Value.Contracts);
        }

        return Of(
            new OptionChainSnapshot(
                underlying, first.UnderlyingPrice, first.QuotedAt,
                [.. contracts.Where(contract => contract.Expiry >= from && contract.Expiry <= to).DistinctBy(contract => contract.Contract)]),
            null);

        bool IsWanted(long expiry) => VendorJson.UnixTime(expiry) is { } at && DateOnly.FromDateTime(at.UtcDateTime) is var day && day >= from && day <= to;

        ProviderAnswer<OptionChainSnapshot> Of(OptionChainSnapshot? chain, ProviderError? error) => new(answer.RequestId, answer.At, chain, error) { Credits = credits };
    }

    public void Dispose() => crumbs.Dispose();

    /// <summary>A page; asked once more with a new crumb when the one at hand is refused.</summary>
    private async Task<ProviderAnswer<YahooOptionPage>> PageAsync(string symbol, long? expiry, CancellationToken cancellationToken)
    {
        ProviderAnswer<YahooOptionPage>? answer = null;
        string? refused = null;
        var credits = 0;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (crumb, error, spent) = await crumbs.GetAsync(refused, cancellationToken);
            credits += spent;
            if (crumb is null)
                return vendor.Refused<YahooOptionPage>(error!) with { Credits = credits };

            var date = expiry is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"&date={seconds}") : "";
            answer = await vendor.GetAsync(
                new VendorRequest($"v7/finance/options/{Uri.EscapeDataString(symbol)}?formatted=false{date}&crumb={Uri.EscapeDataString(crumb)}"),
                body => YahooOptionPage.Read(body, symbol),
                cancellationToken);
            credits += answer.Credits;
            if (answer.Error?.Detail != YahooDialect.InvalidCrumb.Detail)
                break;
            refused = crumb;
        }

        return answer! with { Credits = credits };
    }
}
