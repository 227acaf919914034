using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>A vendor that wants no key and says what is wrong by the status.</summary>
internal sealed class PlainDialect : IVendorDialect
{
    public static readonly PlainDialect Instance = new();

    private PlainDialect()
    {
    }

    public void Sign(HttpRequestMessage request, string secret)
    {
        // There is no key.
    }

    public ProviderError? ErrorOf(VendorResponse response) => null;

    public CreditUsage? UsageOf(VendorResponse response) => null;
}
