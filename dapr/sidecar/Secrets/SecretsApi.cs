using System.Text.Encodings.Web;
using System.Text.Json;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.Secrets;

/// <summary>The secrets API over HTTP.</summary>
internal static class SecretsApi
{
    private const string Group = "secrets";
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.Map(Group, "GET", "/v1.0/secrets/{store}/bulk", GetAllAsync);
        routes.Map(Group, "GET", "/v1.0/secrets/{store}/{key}", GetAsync);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var (name, key) = (request["store"], request["key"]);
        if (!SecretAccess.Allows(request.Sidecar.Resources.Configuration, name, key))
        {
            await request.Error(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{key}\" from \"{name}\"");
            return;
        }

        try
        {
            var secret = await Policy(request).RunAsync(token => store.GetAsync(key, token), request.Aborted);
            await request.Json(JsonSerializer.SerializeToUtf8Bytes(secret, Options));
        }
        catch (Exception error) when (IsFailure(error))
        {
            await request.Error(500, "ERR_SECRET_GET", $"failed getting secret with key {key} from secret store {name}: {error.Message}");
        }
    }

    private static async Task GetAllAsync(ApiRequest request)
    {
        if (await FindStoreAsync(request) is not { } store) return;
        var name = request["store"];
        try
        {
            var secrets = await Policy(request).RunAsync(store.GetAllAsync, request.Aborted);
            var configuration = request.Sidecar.Resources.Configuration;
            var allowed = secrets.Where(secret => SecretAccess.Allows(configuration, name, secret.Key)).ToDictionary(secret => secret.Key, secret => secret.Value);
            await request.Json(JsonSerializer.SerializeToUtf8Bytes(allowed, Options));
        }
        catch (Exception error) when (IsFailure(error))
        {
            await request.Error(500, "ERR_SECRET_GET", $"failed getting secrets from secret store {name}: {error.Message}");
        }
    }

    /// <summary>The store of the request; when there is none, the error is written and null returned.</summary>
    private static async ValueTask<ISecretStore?> FindStoreAsync(ApiRequest request)
    {
        var components = request.Sidecar.Components;
        var name = request["store"];
        if (components.Find<ISecretStore>(name) is { } store) return store;
        if (components.Any<ISecretStore>()) await request.Error(401, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {name}");
        else await request.Error(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
        return null;
    }

    private static bool IsFailure(Exception error) => error is SecretStoreException or CircuitOpenException or TimeoutException;

    private static ResiliencyRunner Policy(ApiRequest request) => request.Sidecar.Resiliency.Outbound(request["store"], ComponentKind.Secretstore);
}
