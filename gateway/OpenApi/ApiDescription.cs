using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using StocksDapr.Gateway.Proxy;

namespace StocksDapr.Gateway.OpenApi;

/// <summary>
/// One OpenAPI document for the whole public API: the gateway's own operations, and those of the services behind it as the services
/// describe them, at the paths at which callers reach them. Made anew now and then, since services are replaced one by one; while one of them
/// cannot be asked, the last document stays.
/// </summary>
internal sealed class ApiDescription([FromKeyedServices(ApiDescription.OwnDocument)] IOpenApiDocumentProvider own, SidecarAddress sidecar, TimeProvider time, ILogger<ApiDescription> logger) : IDisposable
{
    /// <summary>The name of the document that describes the gateway's own endpoints.</summary>
    public const string OwnDocument = "v1";

    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _making = new(1);
    private byte[]? _document;
    private long? _askedAt;

    /// <summary>The document as UTF-8 JSON; null when a service could not be asked for its part.</summary>
    public async Task<byte[]?> GetAsync(CancellationToken cancellationToken)
    {
        if (IsSettled)
            return _document;

        await _making.WaitAsync(cancellationToken);
        try
        {
            if (!IsSettled)
            {
                _document = await MakeAsync(cancellationToken) ?? _document;
                _askedAt = time.GetTimestamp();
            }

            return _document;
        }
        finally
        {
            _making.Release();
        }
    }

    private bool IsSettled => _askedAt is { } at && time.GetElapsedTime(at) < (_document is null ? RetryAfter : Freshness);

    public void Dispose() => _making.Dispose();

    private async Task<byte[]?> MakeAsync(CancellationToken cancellationToken)
    {
        var parts = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var service in ServiceRoutes.Operations.Select(operation => operation.Service).Distinct())
        {
            if (await AskAsync(service, cancellationToken) is not { } part)
                return null;
            parts[service] = part;
        }

        return DescriptionMerge.Merge(await OwnAsync(cancellationToken), parts);
    }

    private async Task<JsonObject> OwnAsync(CancellationToken cancellationToken)
    {
        var document = await own.GetOpenApiDocumentAsync(cancellationToken);
        var json = await Microsoft.OpenApi.OpenApiSerializableExtensions.SerializeAsJsonAsync(document, Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        return JsonNode.Parse(json)!.AsObject();
    }

    private async Task<JsonObject?> AskAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            using var client = sidecar.CreateClient(service);
            client.Timeout = AskTimeout;
            return await client.GetFromJsonAsync<JsonObject>("/openapi/v1.json", cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.DescriptionMissing(service, e.Message);
            return null;
        }
    }
}
