using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.State;
using StocksDapr.Sidecar.State.Postgres;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>What this sidecar is made of: its component types and its API areas. A new one is added here, on a line of its own.</summary>
internal static class BuiltIns
{
    public static ComponentTypes ComponentTypes { get; } = new ComponentTypes()
        .Add("state.in-memory", ["v1"], InMemoryStateStore.Create)
        .Add("state.postgresql", ["v2"], PostgresStateStore.Create);

    public static void MapApis(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        StateApi.Map(routes);
    }
}
