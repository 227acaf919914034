using System.Net;
using System.Text.Json;

namespace StocksDapr.Collector.Imports;

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Bound to Query's application id.</param>
internal sealed class QueryReceipts(HttpClient query) : IImportReceipts
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<StoredReceipt?> FindAsync(string id, CancellationToken cancellationToken) =>
        await GetAsync<JsonElement?>($"/imports/{id}", cancellationToken) is { ValueKind: JsonValueKind.Object } json ? new StoredReceipt(json) : null;

    public Task<StoredBatches?> FindStoredBatchesAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<StoredBatches>($"/imports/{id}/missing-batches", cancellationToken);

    private async Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await query.GetAsync(path, patience.Token);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return default;

            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<T>(patience.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"Query did not answer within {Patience.TotalSeconds:0} s.", e);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("Query's answer cannot be understood.", e);
        }
    }
}
