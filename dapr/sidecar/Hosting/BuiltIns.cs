using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Secrets;
using StocksDapr.Sidecar.State;
using StocksDapr.Sidecar.State.Postgres;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>What this sidecar is made of: its component types and its API areas. A new one is added here, on a line of its own.</summary>
internal static class BuiltIns
{
    public static ComponentTypes ComponentTypes { get; } = new ComponentTypes()
        .Add("secretstores.local.env", ["v1"], EnvironmentSecretStore.Create)
        .Add("secretstores.local.file", ["v1"], FileSecretStore.Create)
        .Add("state.in-memory", ["v1"], InMemoryStateStore.Create)
        .Add("state.postgresql", ["v2"], PostgresStateStore.Create);

    public static void MapApis(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        SecretsApi.Map(routes);
        StateApi.Map(routes);
    }
}
