using StocksDapr.Market;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// Said after the commit, once for each message written and again when it was redelivered: the range may have changed.
/// </summary>
/// <param name="From">Start of the earliest bar of the message.</param>
/// <param name="To">Start of the latest bar of the message.</param>
/// <param name="Inserted">Bars that were not there before.</param>
/// <param name="Revised">Bars whose values changed; the earlier values are kept as revisions.</param>
/// <param name="Unchanged">Bars that were there with the same values, or with those of a later fetch.</param>
public sealed record StoredBars(
    string Symbol, Interval Interval, Provenance Provenance, DateTimeOffset From, DateTimeOffset To, int Inserted, int Revised, int Unchanged);
