using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Contracts.Json;

namespace StocksDapr.Collector.Parts;

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Its relative addresses are Query's paths.</param>
internal sealed class QueryRunReceipts(HttpClient query) : IRunReceipts
{
    public async Task<IReadOnlyList<MessageReceipt>> GetAsync(string runId, int from, int to, CancellationToken cancellationToken)
    {
        try
        {
            return await query.GetFromJsonAsync<MessageReceipt[]>(
                    FormattableString.Invariant($"/runs/{runId}/receipts?from={from}&to={to}"), ContractsJson.Options, cancellationToken)
                ?? throw new StoredBarsUnknownException("Query answered null.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or NotSupportedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoredBarsUnknownException(e.Message, e);
        }
    }
}
