using StocksDapr.Contracts.Messages;

namespace StocksDapr.Writer.Subscriptions;

/// <summary>Judges when data says that it was fetched, since the latest fetch wins over all others.</summary>
internal static class FetchTime
{
    // Clocks differ by seconds, not by days.
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    /// <summary>What is wrong with it, null if nothing is.</summary>
    public static string? Unacceptable(Provenance? provenance, DateTimeOffset now)
    {
        if (provenance is not { Provider.Length: > 0, RequestId.Length: > 0 })
            return "'provenance' needs provider, requestId and fetchedAt.";
        if (provenance.Provider.Length > 100 || provenance.Provider.Contains('\0'))
            return "'provenance.provider' is a name of at most 100 characters.";
        return provenance.FetchedAt < Earliest || provenance.FetchedAt > now + Tolerance
            ? $"'provenance.fetchedAt' is {provenance.FetchedAt:O}, which is missing or in the future."
            : null;
    }
}
