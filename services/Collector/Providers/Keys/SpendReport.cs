namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What came of a grant.</summary>
/// <param name="Fingerprint">The key.</param>
/// <param name="Id">The grant's <see cref="Spend.Id"/>.</param>
/// <param name="GrantedAt">When it was granted, UTC.</param>
/// <param name="At">When the answer was there, or the request given up, UTC.</param>
/// <param name="Error">What was wrong; null if nothing was.</param>
/// <param name="Usage">What the vendor says has been spent.</param>
internal sealed record SpendReport(string Fingerprint, string Id, DateTimeOffset GrantedAt, DateTimeOffset At, ProviderError? Error, CreditUsage? Usage)
{
    /// <summary>The vendor has answered, so it has counted. Where it has not, or somebody before it did in its place, nobody knows when it does.</summary>
    public bool WasAnswered => Error?.Kind is not (ProviderErrorKind.TimedOut or ProviderErrorKind.Unavailable);
}
