namespace StocksDapr.Contracts.Messages;

/// <summary>
/// Where data came from. <paramref name="FetchedAt"/> (UTC) orders two answers about the same bar: the later fetch wins,
/// however late its message arrives.
/// </summary>
/// <param name="Provider">The provider's name, or the import's source: what readers see as a bar's <c>source</c>.</param>
/// <param name="RequestId">Names the request or import that brought the data; the same for a redelivery.</param>
/// <param name="FetchedAt">When the provider answered, or when the import was accepted (UTC).</param>
/// <param name="Import">Set when the data is a batch of an import, whose receipt counts it.</param>
public sealed record Provenance(string Provider, string RequestId, DateTimeOffset FetchedAt, ImportBatch? Import = null);

/// <summary>The place of a message in an import: batches are numbered from 0 and the same lines always form the same batch.</summary>
public sealed record ImportBatch(string ImportId, int Number);
