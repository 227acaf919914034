namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Credits of a key that were granted, and when the vendor may have counted them.</summary>
/// <param name="From">The first instant at which it may have, UTC: when they were granted.</param>
/// <param name="To">The last one, UTC: when the answer was there; before that, when the request will have been given up.</param>
/// <param name="Credits">What was spent.</param>
/// <param name="Requests">In how many requests; 0 for what others spent with the key.</param>
/// <param name="Id">Names the request while its answer is not there.</param>
internal sealed record Spend(DateTimeOffset From, DateTimeOffset To, int Credits, int Requests, string? Id = null);
