using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Templates;
using StocksDapr.Support.Platform;

namespace StocksDapr.Sidecar.Resources;

/// <summary>The component sets that this repository comes with.</summary>
public sealed class ComponentSetsTests
{
    /// <summary>The metadata of daprd's types that the sets may use, as components-contrib 1.18 names them: a name that it does not know it ignores in silence.</summary>
    private static readonly Dictionary<string, string> Fields = new()
    {
        ["bindings.cron/v1"] = "schedule direction",
        ["pubsub.in-memory/v1"] = "maxInFlight maxQueueBytes",
        ["pubsub.kafka/v1"] = """
            brokers authType disableTls initialOffset producerRequiredAcks consumeRetryEnabled backOffPolicy backOffDuration backOffMaxRetries maxMessageBytes
            compression version
            """,
        ["pubsub.rabbitmq/v1"] = "connectionString durable deletedWhenUnused deliveryMode publisherConfirm requeueInFailure prefetchCount concurrencyMode reconnectWaitSeconds",
        ["pubsub.redis/v1"] = "redisHost redisPassword enableTLS processingTimeout redeliverInterval concurrency queueDepth streamTTL",
        ["secretstores.local.env/v1"] = "",
        ["state.postgresql/v2"] = "connectionString tablePrefix actorStateStore",
        ["state.redis/v1"] = "redisHost redisPassword enableTLS actorStateStore",
    };

    public static TheoryData<string> Sets => [.. Directory.GetDirectories(Folder("")).Select(folder => Path.GetFileName(folder)!)];

    [Fact]
    public void There_is_a_set_for_every_broker_and_store_that_is_promised() =>
        Directory.GetDirectories(Folder("")).Select(Path.GetFileName).Should().BeEquivalentTo("local", "rabbitmq", "redis", "kafka", "postgres");

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_set_has_the_same_components_for_the_same_applications_and_is_read_without_a_warning(string set)
    {
        using var log = new RecordingLoggers();

        Names("collector").Should().Be("collect-due pubsub secretstore statestore");
        Names("gateway").Should().Be("pubsub secretstore statestore");
        Names("writer").Should().Be("pubsub secretstore");
        log.Messages.Should().NotContain(message => message.Level >= LogLevel.Warning);

        string Names(string app) => string.Join(' ', Read(set, app, log).Components.Select(component => component.Name));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_delivery_is_tried_again_until_it_succeeds_in_every_set(string set)
    {
        var policies = Read(set, "writer").Resiliencies.Should().ContainSingle().Subject;

        policies.Retries[policies.Components["pubsub"].Inbound!.Retry!].Should().Be(new RetrySpec { Duration = TimeSpan.FromSeconds(1), MaxRetries = -1 });
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void What_is_not_a_matter_of_the_broker_is_the_same_in_every_set(string set) =>
        File.ReadAllText(Path.Combine(Folder(set), "collect-due.yaml")).Should().Be(File.ReadAllText(Path.Combine(Folder("local"), "collect-due.yaml")));

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_type_and_every_setting_is_one_that_Dapr_has(string set)
    {
        foreach (var component in Read(set, "collector").Components)
        {
            DaprComponentTypes.IsKnown(component.Type).Should().BeTrue(component.Type);
            var known = Fields[$"{component.Type}/{component.Version}"].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            component.Properties.Select(property => property.Name).Should().BeSubsetOf(known, component.File).And.OnlyHaveUniqueItems();
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Passwords_and_connections_come_by_reference_from_the_sets_own_secret_store(string set)
    {
        foreach (var component in Read(set, "collector").Components)
        {
            foreach (var property in component.Properties.Where(property => property.Name is "connectionString" || property.Name.Contains("password", StringComparison.OrdinalIgnoreCase)))
            {
                property.Secret.Should().NotBeNull($"{property.Name} in {component.File} is secret");
                property.Value.Should().BeEmpty();
                component.SecretStore.Should().Be("secretstore");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void The_state_store_is_the_one_that_workflows_may_use(string set) =>
        Read(set, "collector").Components.Single(component => component.Name == "statestore").Properties
            .Should().ContainSingle(property => property.Name == "actorStateStore").Which.Value.Should().Be("true");

    [Theory]
    [InlineData("rabbitmq", "durable=true deletedWhenUnused=false deliveryMode=2 publisherConfirm=true requeueInFailure=true")]
    [InlineData("postgres", "durable=true deletedWhenUnused=false deliveryMode=2 publisherConfirm=true requeueInFailure=true")]
    [InlineData("kafka", "initialOffset=oldest producerRequiredAcks=all consumeRetryEnabled=true")]
    [InlineData("redis", "processingTimeout=60000 redeliverInterval=15000")]
    public void Nothing_is_lost_for_a_setting(string set, string expected)
    {
        var settings = Read(set, "writer").Components.Single(component => component.Name == "pubsub").Properties.Select(property => $"{property.Name}={property.Value}");

        settings.Should().Contain(expected.Split(' '), "Dapr's defaults lose messages");
    }

    [Theory]
    [InlineData("local", false)]
    [InlineData("rabbitmq", true)]
    [InlineData("postgres", true)]
    [InlineData("redis", false)]
    [InlineData("kafka", false)]
    public void A_broker_is_started_for_the_sets_that_take_its_secret_alone(string set, bool wanted)
    {
        var plan = RunTemplateReader.Read(Path.Combine(StocksCommand.Root, "dapr.yaml"), new RunOverrides { ResourcesPath = Folder(set) });

        RunBroker.IsWanted(plan).Should().Be(wanted);
    }

    [Theory]
    [InlineData("redis", "pubsub.redis/v1")]
    [InlineData("kafka", "pubsub.kafka/v1")]
    public async Task A_set_that_needs_real_Dapr_is_refused_with_the_file_and_the_way(string set, string type)
    {
        var options = new SidecarOptions { AppId = "writer", ResourcesPaths = [Folder(set)] };
        await using var sidecar = new VirtualSidecar(options, new SidecarMesh(), NullLoggerFactory.Instance);

        var starting = () => sidecar.StartAsync(default);

        (await starting.Should().ThrowAsync<SidecarStartException>())
            .WithMessage($"component pubsub ({type}) in {Path.Combine(Folder(set), "pubsub.yaml")}: *install Dapr and run with real Dapr (--daprd)*pubsub.in-memory*");
    }

    private static string Folder(string set) => Path.Combine(StocksCommand.Root, "components", set).TrimEnd(Path.DirectorySeparatorChar);

    private static ResourceSet Read(string set, string app, ILoggerFactory? log = null) =>
        ResourceLoader.Load(new SidecarOptions { AppId = app, ResourcesPaths = [Folder(set)] }, (log ?? NullLoggerFactory.Instance).CreateLogger("sets"));
}
