using System.Collections.Frozen;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

/// <summary>The component types of daprd 1.18, to tell a type that needs real Dapr from one that nobody knows.</summary>
internal static class DaprComponentTypes
{
    private static readonly (string Kind, string Names)[] Names =
    [
        ("bindings", """
            alicloud.dingtalk.webhook alicloud.oss alicloud.sls alicloud.tablestore apns aws.dynamodb aws.kinesis aws.s3 aws.ses aws.sns aws.sqs
            azure.blobstorage azure.cosmosdb azure.cosmosdb.gremlinapi azure.eventgrid azure.eventhubs azure.openai azure.servicebus.queues azure.signalr
            azure.storagequeues cloudflare.queues commercetools cron dubbo gcp.bucket gcp.pubsub graphql http huawei.obs influx kafka kitex kubemq kubernetes
            localstorage mqtt3 mysql postgres postgresql postmark rabbitmq redis rethinkdb.statechange rocketmq sftp smtp twilio.sendgrid twilio.sms wasm
            zeebe.command zeebe.jobworker
            """),
        ("configuration", "azure.appconfig kubernetes postgres postgresql redis"),
        ("conversation", "anthropic aws.bedrock deepseek echo googleai huggingface mistral ollama openai"),
        ("crypto", "dapr.jwks dapr.kubernetes.secrets dapr.localstorage azure.keyvault"),
        ("lock", "redis"),
        ("middleware", """
            http.bearer http.oauth2 http.oauth2clientcredentials http.opa http.ratelimit http.routeralias http.routerchecker http.sentinel http.wasm
            """),
        ("pubsub", """
            aws.snssqs azure.eventhubs azure.servicebus azure.servicebus.queues azure.servicebus.topics gcp.pubsub in-memory jetstream kafka kubemq mqtt3 pulsar
            rabbitmq redis rocketmq solace.amqp
            """),
        ("secretstores", """
            alicloud.parameterstore aws.parameterstore aws.secretmanager aws.secretsmanager azure.keyvault gcp.secretmanager hashicorp.vault huaweicloud.csms
            kubernetes local.env local.file tencentcloud.ssm
            """),
        ("state", """
            aerospike alicloud.tablestore aws.dynamodb azure.blobstorage azure.cosmosdb azure.tablestorage cassandra cloudflare.workerskv cockroachdb coherence
            couchbase etcd gcp.firestore hashicorp.consul hazelcast in-memory jetstream memcached mongodb mysql oci.objectstorage oracledatabase postgres
            postgresql ravendb redis rethinkdb sqlite sqlserver zookeeper
            """),
    ];

    private static readonly FrozenSet<string> Types = Names
        .SelectMany(kind => kind.Names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(name => $"{kind.Kind}.{name}"))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when real Dapr has the type.</summary>
    public static bool IsKnown(string type) => Types.Contains(type);

    /// <summary>Why this sidecar does not load a component, and what to do about it.</summary>
    public static string Explain(ComponentResource component, ComponentTypes types)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentNullException.ThrowIfNull(types);
        if (component.Type.Length == 0) return "spec.type is missing; expected for example state.in-memory";
        var versions = types.VersionsOf(component.Type);
        if (versions.Count > 0)
        {
            return $"this sidecar has {component.Type} in version {string.Join(", ", versions)} only; set spec.version, or run with real Dapr (--daprd) for another one";
        }

        return IsKnown(component.Type)
            ? "this type is not built into the development sidecar; install Dapr and run with real Dapr (--daprd), or choose a type that is built in: " + BuiltIn(component, types)
            : "there is no such component type; check spec.type. Built in are: " + BuiltIn(component, types);
    }

    /// <summary>The built-in types of the same kind, or all of them.</summary>
    private static string BuiltIn(ComponentResource component, ComponentTypes types)
    {
        var kind = component.Type.Split('.')[0] + ".";
        var same = types.All.Where(type => type.StartsWith(kind, StringComparison.OrdinalIgnoreCase)).ToList();
        return string.Join(", ", (same.Count > 0 ? same : types.All).Order(StringComparer.Ordinal));
    }
}
