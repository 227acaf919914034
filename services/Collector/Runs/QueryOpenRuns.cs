using System.Net;
using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Contracts.Json;

namespace StocksDapr.Collector.Runs;

/// <summary>Asks Query through the sidecar.</summary>
/// <param name="query">Its relative addresses are Query's paths.</param>
internal sealed class QueryOpenRuns(HttpClient query) : IOpenRuns
{
    private const string Paused = "paused";

    public async Task<IReadOnlyList<OpenRun>> GetAsync(CancellationToken cancellationToken)
    {
        var open = new List<OpenRun>();
        foreach (var state in (string[])["running", Paused])
        {
            string? cursor = null;
            do
            {
                var page = await GetAsync<Page>($"/runs?state={state}&limit=100{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", cancellationToken);
                open.AddRange((page?.Items ?? []).Select(run => new OpenRun(run.Id, run.StartedAt, run.State == Paused)));
                cursor = page?.Next;
            }
            while (cursor is not null);
        }

        return open;
    }

    public async Task<string?> FindStateAsync(string id, CancellationToken cancellationToken) =>
        (await GetAsync<Item>($"/runs/{Uri.EscapeDataString(id)}?limit=1", cancellationToken))?.State;

    private async Task<T?> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await query.GetAsync(path, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync<T>(ContractsJson.Options, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or NotSupportedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoredBarsUnknownException(e.Message, e);
        }
    }

    private sealed record Page(IReadOnlyList<Item>? Items, string? Next);

    private sealed record Item(string Id, string State, DateTimeOffset StartedAt);
}
