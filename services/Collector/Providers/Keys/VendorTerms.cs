namespace StocksDapr.Collector.Providers.Keys;

/// <summary>How a vendor is paid: what its provider says of it when it is registered. The section of the provider may say otherwise.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="KeySecret">The secret that holds its keys, separated by commas or white space; null for a vendor that wants no key.</param>
/// <param name="FreePlan">What the vendor documents for a key of its free plan, or for a caller without key.</param>
internal sealed record VendorTerms(string Provider, string? KeySecret, KeyLimits FreePlan);
