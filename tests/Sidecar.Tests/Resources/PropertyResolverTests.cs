using Microsoft.Extensions.Logging;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Secrets;

namespace StocksDapr.Sidecar.Resources;

public sealed class PropertyResolverTests : IDisposable
{
    private readonly RecordingLoggers _log = new();
    private readonly Dictionary<string, string> _environment = new() { ["PASSWORD"] = "p", ["DAPR_API_TOKEN"] = "never", ["APP_API_TOKEN"] = "never", ["OTHER"] = "o" };

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Templates_are_filled_in()
    {
        var values = await ResolveAsync([new("ids", "{uuid} {uuid}"), new("app", "{appID}/{namespace}/{podName}"), new("json", "{\"a\":1}")], podName: "pod-1");
        var ids = values["ids"].Split(' ').Select(Guid.Parse).ToArray();
        ids[0].Should().NotBe(ids[1]);
        values["APP"].Should().Be("tester/default.tester/pod-1");
        values["json"].Should().Be("{\"a\":1}");
    }

    [Fact]
    public async Task The_pod_name_must_be_known_where_it_is_used()
    {
        var act = () => ResolveAsync([new("x", "{podName}")]);
        await act.Should().ThrowAsync<ComponentMetadataException>().WithMessage("metadata 'x' refers to {podName}*POD_NAME*");
    }

    [Theory]
    [InlineData("PASSWORD", null, "p")]
    [InlineData("NOT_SET", null, "")]
    [InlineData("DAPR_API_TOKEN", null, "")]
    [InlineData("dapr_api_token", null, "")]
    [InlineData("App_Api_Token", null, "")]
    [InlineData("A B", null, "")]
    [InlineData("PASSWORD", "OTHER PASSWORD", "p")]
    [InlineData("PASSWORD", "OTHER", "")]
    [InlineData("PASSWORD", "PASSWORDS", "")]
    public async Task Environment_variables_are_read_unless_they_are_out_of_bounds(string variable, string? allowed, string expected)
    {
        if (allowed is not null) _environment["DAPR_ENV_KEYS"] = allowed;
        var values = await ResolveAsync([new("x", "", null, variable)]);
        values["x"].Should().Be(expected);
    }

    [Fact]
    public async Task Secrets_come_from_the_store_that_the_component_names()
    {
        var values = await ResolveAsync([new("x", "", new SecretReference("PASSWORD", "PASSWORD")), new("y", "kept", new SecretReference("PASSWORD", "other key"))], store: "vault");
        values.Should().BeEquivalentTo(new Dictionary<string, string> { ["x"] = "p", ["y"] = "kept" });
    }

    [Theory]
    [InlineData("", LogLevel.Warning)]
    [InlineData("file", LogLevel.Error)]
    public async Task A_secret_that_cannot_be_had_leaves_its_property_empty(string store, LogLevel level)
    {
        var values = await ResolveAsync([new("x", "", new SecretReference("nothing", "nothing"))], store: store);
        values["x"].Should().BeEmpty();
        _log.Messages.Should().ContainSingle().Which.Level.Should().Be(level);
    }

    private async Task<IReadOnlyDictionary<string, string>> ResolveAsync(ComponentProperty[] properties, string store = "", string? podName = null)
    {
        if (podName is not null) _environment["POD_NAME"] = podName;
        var options = new SidecarOptions { AppId = "tester", Environment = _environment };
        var context = SidecarContexts.Create(options, loggers: _log);
        context.Components.Add(Resource("vault"), new Dictionary<string, string>(), new EnvironmentSecretStore(options, ""));
        context.Components.Add(Resource("file"), new Dictionary<string, string>(), new FileSecretStore("/never read", ":", isMultiValued: false));
        return await PropertyResolver.ResolveAsync(Resource("it") with { SecretStore = store, Properties = properties }, context, default);
    }

    private static ComponentResource Resource(string name) => new() { Name = name, Type = "secretstores.test" };
}
