using Microsoft.Extensions.Logging;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

public sealed class ResourceLoaderTests : IDisposable
{
    private const string Component = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: NAME
        spec:
          type: state.in-memory
          version: v1
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLoggers _log = new();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void A_component_is_read_with_everything_it_says()
    {
        _folder.Write("a.yaml", """
            # a comment
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: store
              namespace: production
            spec:
              type: state.postgresql
              version: v2
              ignoreErrors: true
              initTimeout: 1m30s
              metadata:
                - name: text
                  value: "quoted"
                - name: number
                  value: 32
                - name: float
                  value: 1.50
                - name: flag
                  value: yes
                - name: hex
                  value: 0x10
                - name: quotedFlag
                  value: "yes"
                - name: map
                  value: {b: [1, two, null], a: "<x>"}
                - name: nothing
                - name: secret
                  secretKeyRef: {name: s, key: k}
                - name: secretWithoutKey
                  secretKeyRef: {name: s}
                - name: variable
                  envRef: HOME
                - name: variableBesideEmptyValue
                  value: ""
                  envRef: HOME
            auth:
              secretStore: vault
            scopes: [me, other]
            unknown: ignored
            """);
        var component = Load().Components.Should().ContainSingle().Subject;
        component.Should().BeEquivalentTo(
            new ComponentResource
            {
                Name = "store",
                Namespace = "production",
                Type = "state.postgresql",
                Version = "v2",
                IgnoreErrors = true,
                InitTimeout = TimeSpan.FromSeconds(90),
                SecretStore = "vault",
                Scopes = ["me", "other"],
                File = Path.Combine(_folder.Path, "a.yaml"),
                Properties =
                [
                    new("text", "quoted"), new("number", "32"), new("float", "1.5"), new("flag", "true"), new("hex", "16"), new("quotedFlag", "yes"),
                    new("map", """{"a":"\u003cx\u003e","b":[1,"two",null]}"""), new("nothing", ""),
                    new("secret", "", new SecretReference("s", "k")), new("secretWithoutKey", "", new SecretReference("s", "s")),
                    new("variable", "", null, "HOME"), new("variableBesideEmptyValue", ""),
                ],
            },
            options => options.Excluding(resource => resource.Definition));
    }

    [Fact]
    public void Defaults_are_those_of_Dapr()
    {
        _folder.Write("a.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: x}\nspec: {type: t, initTimeout: soon}\n");
        var component = Load().Components.Single();
        (component.Version, component.IgnoreErrors, component.InitTimeout, component.SecretStore).Should().Be(("v1", false, TimeSpan.FromSeconds(5), ""));
        (component.Properties.Count, component.Scopes.Count).Should().Be((0, 0));
    }

    [Fact]
    public void Files_are_taken_in_the_order_of_their_names_and_folders_in_theirs()
    {
        _folder.Write("one/b.yml", Named("b"));
        _folder.Write("one/a.yaml", $"{Named("a1")}\n---\n{Named("a2")}\n--- # rest of the line\r\n{Named("a3")}");
        _folder.Write("one/C.YAML", Named("c"));
        _folder.Write("one/inner/d.yaml", Named("never"));
        _folder.Write("one/readme.txt", "not: yaml");
        _folder.Write("two/0.yaml", Named("z"));
        Load("one", "two").Components.Select(component => component.Name).Should().Equal("c", "a1", "a2", "a3", "b", "z");
    }

    [Theory]
    [InlineData("a: b: c", "*broken.yaml*line 9:*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: x}\nspec:\n  metadata: no list", "*broken.yaml*line 13: spec.metadata must be a list*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: x}\nspec:\n  ignoreErrors: \"true\"", "*line 13: spec.ignoreErrors must be true or false*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: a/b}", "*invalid name 'a/b'*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nspec: {type: t}", "*invalid name ''*")]
    [InlineData("apiVersion: v1\nkind: Component\nmetadata: {name: x}", "*Component x*apiVersion is 'v1', expected dapr.io/v1alpha1*")]
    [InlineData("just text", "*line 9: the document must be a map*")]
    public void A_broken_document_is_named_and_its_neighbours_are_loaded(string document, string expected)
    {
        _folder.Write("broken.yaml", $"{Named("before")}\n---\n{document}\n---\n{Named("after")}");
        Load().Components.Select(component => component.Name).Should().Equal("before", "after");
        _log.Messages.Should().ContainSingle(message => message.Level == LogLevel.Warning).Which.Message.Should().Match(expected);
    }

    [Fact]
    public void What_is_for_another_application_or_namespace_is_left_out()
    {
        _folder.Write("a.yaml", $"{Named("mine")}\nscopes: [me]\n---\n{Named("theirs")}\nscopes: [them]\n---\n{Named("everybodys")}");
        _folder.Write("b.yaml", Named("elsewhere").Replace("name: elsewhere", "name: elsewhere\n  namespace: other"));
        Load().Components.Select(component => component.Name).Should().Equal("mine", "everybodys", "elsewhere");
        Load(new SidecarOptions { AppId = "me", Namespace = "here", ResourcesPaths = [_folder.Path] }).Components.Select(component => component.Name)
            .Should().Equal("mine", "everybodys");
    }

    [Fact]
    public void Two_components_of_one_name_are_refused_with_both_files()
    {
        _folder.Write("a.yaml", Named("same"));
        _folder.Write("b.yaml", $"{Named("other")}\n---\n{Named("same")}");
        var act = () => Load();
        act.Should().Throw<SidecarStartException>().WithMessage("Component same is defined twice: in *a.yaml and in *b.yaml;*");
    }

    [Fact]
    public void One_name_for_two_applications_is_fine()
    {
        _folder.Write("a.yaml", $"{Named("same")}\nscopes: [them]\n---\n{Named("same")}\nscopes: [me]");
        Load().Components.Should().ContainSingle().Which.Scopes.Should().Equal("me");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused()
    {
        var act = () => Load("nowhere");
        act.Should().Throw<SidecarStartException>().WithMessage("the resources folder *nowhere cannot be read*");
    }

    [Fact]
    public void Subscriptions_of_both_versions_are_read_in_file_order()
    {
        _folder.Write("a.yaml", """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: {name: new}
            spec:
              pubsubname: bus
              topic: t
              routes:
                rules:
                  - {match: event.type == "big", path: /big}
                default: /rest
              metadata: {rawPayload: true}
              deadLetterTopic: dead
              bulkSubscribe: {enabled: true, maxMessagesCount: 3, maxAwaitDurationMs: 500}
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata: {name: old}
            spec: {pubsubname: bus, topic: u, route: /old, bulkSubscribe: {enabled: false, maxMessagesCount: 3}}
            """);
        var subscriptions = Load().Subscriptions;
        subscriptions.Should().HaveCount(2);
        subscriptions[0].Should().BeEquivalentTo(
            new SubscriptionResource
            {
                Name = "new",
                PubSubName = "bus",
                Topic = "t",
                Rules = [new("event.type == \"big\"", "/big"), new("", "/rest")],
                Metadata = new Dictionary<string, string> { ["rawPayload"] = "true" },
                DeadLetterTopic = "dead",
                Bulk = new(3, 500),
                File = Path.Combine(_folder.Path, "a.yaml"),
            },
            options => options.Excluding(resource => resource.Definition));
        subscriptions[1].Rules.Should().Equal(new RouteRule("", "/old"));
        subscriptions[1].Bulk.Should().BeNull();
    }

    [Fact]
    public void Resiliency_is_read_from_the_first_document_of_a_file_only()
    {
        const string Policy = """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: NAME}
            spec:
              policies:
                timeouts: {short: 500ms, bare: 250}
                retries:
                  two: {policy: constant, duration: 200ms, maxRetries: 2, matching: {httpStatusCodes: "429,500-599"}}
                  more: {policy: exponential, maxInterval: 15s}
                circuitBreakers:
                  breaker: {maxRequests: 1, timeout: 2s, trip: consecutiveFailures >= 2}
              targets:
                apps: {b: {timeout: short, retry: two, circuitBreaker: breaker}}
                components: {bus: {inbound: {retry: two}, outbound: {timeout: short}}}
            """;
        _folder.Write("a.yaml", "# only a comment before it\n---\n" + Policy.Replace("NAME", "first"));
        _folder.Write("b.yaml", Named("x") + "\n---\n" + Policy.Replace("NAME", "second"));
        _folder.Write("c.yaml", Policy.Replace("NAME", "scoped") + "\nscopes: [them]");
        var resiliency = Load().Resiliencies.Should().ContainSingle().Subject;
        resiliency.Should().BeEquivalentTo(
            new ResiliencyResource
            {
                Name = "first",
                Timeouts = new Dictionary<string, TimeSpan> { ["short"] = TimeSpan.FromMilliseconds(500), ["bare"] = TimeSpan.FromMilliseconds(250) },
                Retries = new Dictionary<string, RetrySpec>
                {
                    ["two"] = new() { Duration = TimeSpan.FromMilliseconds(200), MaxRetries = 2, HttpStatusCodes = "429,500-599" },
                    ["more"] = new() { Policy = "exponential", MaxInterval = TimeSpan.FromSeconds(15) },
                },
                CircuitBreakers = new Dictionary<string, CircuitBreakerSpec> { ["breaker"] = new() { Timeout = TimeSpan.FromSeconds(2), Trip = "consecutiveFailures >= 2" } },
                Apps = new Dictionary<string, PolicyNames> { ["b"] = new("short", "two", "breaker") },
                Components = new Dictionary<string, ComponentPolicyNames> { ["bus"] = new(new PolicyNames(null, "two"), new PolicyNames("short")) },
                File = Path.Combine(_folder.Path, "a.yaml"),
            },
            options => options.Excluding(resource => resource.Definition));
        _log.Messages.Should().ContainSingle(message => message.Level == LogLevel.Warning).Which.Message.Should().Match("*b.yaml*second*not the first document*");
    }

    [Fact]
    public void Garbage_never_ends_the_loading()
    {
        var random = new Random(11);
        var seed = Named("x") + "\n---\n" + Named("y");
        for (var i = 0; i < 300; i++)
        {
            var text = seed.ToCharArray();
            for (var flips = random.Next(1, 12); flips > 0; flips--) text[random.Next(text.Length)] = (char)random.Next(32, 127);
            _folder.Write("a.yaml", new string(text)[..random.Next(text.Length)]);
            try
            {
                Load();
            }
            catch (SidecarStartException)
            {
                // Both documents ended up with one name.
            }
        }
    }

    private static string Named(string name) => Component.Replace("NAME", name);

    private ResourceSet Load(params string[] folders) => Load(new SidecarOptions
    {
        AppId = "me",
        WorkingDirectory = _folder.Path,
        ResourcesPaths = folders.Length == 0 ? [_folder.Path] : folders,
    });

    private ResourceSet Load(SidecarOptions options) => ResourceLoader.Load(options, _log);
}
