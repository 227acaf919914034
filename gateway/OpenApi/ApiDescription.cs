using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.Client;
using Microsoft.AspNetCore.OpenApi;
using StocksDapr.Gateway.Proxy;

namespace StocksDapr.Gateway.OpenApi;

/// <summary>
/// One OpenAPI document for the whole public API: the gateway's own operations, and those of the services behind it as the services
/// describe them, at the paths at which callers reach them. Made once when all services can be asked, then kept.
/// </summary>
internal sealed class ApiDescription([FromKeyedServices(ApiDescription.OwnDocument)] IOpenApiDocumentProvider own, ILogger<ApiDescription> logger) : IDisposable
{
    /// <summary>The name of the document that describes the gateway's own endpoints.</summary>
    public const string OwnDocument = "v1";

    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _making = new(1);
    private byte[]? _document;

    /// <summary>The document as UTF-8 JSON; null when a service could not be asked for its part.</summary>
    public async Task<byte[]?> GetAsync(CancellationToken cancellationToken)
    {
        if (_document is not null)
            return _document;

        await _making.WaitAsync(cancellationToken);
        try
        {
            return _document ??= await MakeAsync(cancellationToken);
        }
        finally
        {
            _making.Release();
        }
    }

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
            using var client = DaprClient.CreateInvokeHttpClient(service, daprApiToken: Environment.GetEnvironmentVariable("DAPR_API_TOKEN"));
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
