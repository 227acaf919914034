using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_the_sidecar_knows_is_read()
    {
        var configuration = Load("""
            apiVersion: dapr.io/v1alpha1
            kind: Configuration
            metadata: {name: c}
            spec:
              tracing: {samplingRate: 0}
              features: [{name: HotReload, enabled: false}, {enabled: true}]
              api:
                allowed: [{name: state, version: v1.0, protocol: http}]
                denied: [{name: publish, version: v1}]
              secrets:
                scopes: [{storeName: s, defaultAccess: Deny, allowedSecrets: [a], deniedSecrets: [b]}]
              components: {deny: [bindings.smtp]}
              accessControl:
                defaultAction: deny
                trustDomain: public
                policies:
                  - {appId: a, defaultAction: deny, trustDomain: public, namespace: default, operations: [{name: /m/*, httpVerb: ["GET"], action: allow}]}
            """);
        configuration.Should().BeEquivalentTo(
            new ConfigurationResource
            {
                SamplingRate = "0",
                Features = new Dictionary<string, bool> { ["HotReload"] = false },
                ApiAllowed = [new("state", "v1.0")],
                ApiDenied = [new("publish", "v1", "")],
                SecretScopes = [new("s", "Deny", ["a"], ["b"])],
                DeniedComponents = ["bindings.smtp"],
                AccessControl = new("deny", "public", [new("a", "deny", "public", "default", [new("/m/*", ["GET"], "allow")])]),
            });
    }

    [Fact]
    public void Later_files_override_what_they_mention()
    {
        var configuration = Load(
            "spec: {tracing: {samplingRate: \"1\"}, features: [{name: A, enabled: true}, {name: B, enabled: true}]}",
            "spec: {features: [{name: B, enabled: false}]}");
        configuration.SamplingRate.Should().Be("1");
        configuration.Features.Should().Equal(new Dictionary<string, bool> { ["B"] = false });
    }

    [Fact]
    public void Variables_come_from_the_environment() =>
        Load("spec: {tracing: {samplingRate: \"${RATE}\"}, components: {deny: [\"$KIND.x\"]}}").Should().BeEquivalentTo(
            new { SamplingRate = "0.5", DeniedComponents = new[] { "pubsub.x" } });

    [Theory]
    [InlineData("a: b: c", "*line 1*")]
    [InlineData("spec: {secrets: {scopes: [{storeName: s}, {storeName: s}]}}", "*s is repeated*")]
    [InlineData("spec: {secrets: {scopes: [{storeName: s, defaultAccess: maybe}]}}", "*defaultAccess must be allow or deny*")]
    [InlineData("spec: {features: yes}", "*spec.features must be a list*")]
    public void A_configuration_that_cannot_be_decoded_is_refused(string text, string expected)
    {
        var act = () => Load(text);
        act.Should().Throw<SidecarStartException>().WithMessage("the configuration *0.yaml cannot be used: " + expected);
    }

    [Fact]
    public void A_configuration_that_is_not_there_is_refused()
    {
        var act = () => ConfigurationReader.Load(new SidecarOptions { AppId = "a", ConfigPaths = ["/nowhere.yaml"] });
        act.Should().Throw<SidecarStartException>();
    }

    private ConfigurationResource Load(params string[] files) => ConfigurationReader.Load(new SidecarOptions
    {
        AppId = "a",
        WorkingDirectory = _folder.Path,
        ConfigPaths = [.. files.Select((text, index) => Path.GetFileName(_folder.Write($"{index}.yaml", text)))],
        Environment = new Dictionary<string, string> { ["RATE"] = "0.5", ["KIND"] = "pubsub" },
    });
}
