using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Bindings;
using StocksDapr.Sidecar.Bindings.Cron;
using StocksDapr.Sidecar.Bindings.Http;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.PubSub.InMemory;
using StocksDapr.Sidecar.PubSub.RabbitMq;
using StocksDapr.Sidecar.Secrets;
using StocksDapr.Sidecar.State;
using StocksDapr.Sidecar.State.Postgres;
using StocksDapr.Sidecar.Subscriptions;
using StocksDapr.Sidecar.Workflows;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>What this sidecar is made of: its component types, its API areas and what runs beside the application. A new one is added here, on a line of its own.</summary>
internal static class BuiltIns
{
    public static ComponentTypes ComponentTypes { get; } = new ComponentTypes()
        .Add("bindings.cron", ["v1"], CronBinding.Create)
        .Add("bindings.http", ["v1"], HttpBinding.Create)
        .Add("bindings.localstorage", ["v1"], LocalStorageBinding.Create)
        .Add("pubsub.in-memory", ["v1"], spec => new InMemoryPubSub(spec))
        .Add("pubsub.rabbitmq", ["v1"], RabbitMqPubSub.Create)
        .Add("secretstores.local.env", ["v1"], EnvironmentSecretStore.Create)
        .Add("secretstores.local.file", ["v1"], FileSecretStore.Create)
        .Add("state.in-memory", ["v1"], InMemoryStateStore.Create)
        .Add("state.postgresql", ["v2"], PostgresStateStore.Create);

    public static void MapApis(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        AbsentApis.Map(routes);
        BindingsApi.Map(routes);
        HealthApi.Map(routes);
        MetadataApi.Map(routes);
        PublishApi.Map(routes);
        SecretsApi.Map(routes);
        ShutdownApi.Map(routes);
        StateApi.Map(routes);
        WorkflowsApi.Map(routes);
    }

    /// <summary>What is started when the application is healthy; what components add themselves (input bindings) comes after it.</summary>
    public static IEnumerable<IAppDriven> AppDriven(SidecarContext sidecar)
    {
        yield return new SubscriptionsPart(sidecar);
        yield return new InputBindings(sidecar);
    }
}
