using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Secrets;

public sealed class SecretStoreTests : IDisposable
{
    private const string Json = """
        {
          "plain": "value of plain", "empty": "", "number": 42, "big": 1e21, "flag": true, "nothing": null, "unicode": "Zürich ☂",
          "database": {"host": "db.internal", "user": {"name": "reader", "password": "p:w"}},
          "list": ["first", "second"], "a/b": "slash", "database:host": "the first one counts"
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plain", "value of plain")]
    [InlineData("empty", "")]
    [InlineData("number", "%!s(float64=42)")]
    [InlineData("big", "%!s(float64=1e+21)")]
    [InlineData("flag", "%!s(bool=true)")]
    [InlineData("nothing", "%!s(<nil>)")]
    [InlineData("unicode", "Zürich ☂")]
    [InlineData("database:host", "db.internal")]
    [InlineData("database:user:password", "p:w")]
    [InlineData("list:1", "second")]
    [InlineData("a/b", "slash")]
    public async Task A_file_is_flattened(string name, string expected) =>
        (await (await FileAsync()).GetAsync(name, default)).Should().Equal(new Dictionary<string, string> { [name] = expected });

    [Theory]
    [InlineData("database")]
    [InlineData("list")]
    [InlineData("no-such-secret")]
    public async Task A_secret_that_is_not_there_is_an_error(string name)
    {
        var store = await FileAsync();
        var act = () => store.GetAsync(name, default);
        await act.Should().ThrowAsync<SecretStoreException>().WithMessage($"secret {name} not found");
    }

    [Fact]
    public async Task Several_values_of_a_secret_stay_together_when_asked_for()
    {
        var store = await FileAsync(("multiValued", "true"), ("nestedSeparator", "."));
        store.Capabilities.Should().Equal("MULTIPLE_KEY_VALUES_PER_SECRET");
        (await store.GetAsync("database", default)).Should().BeEquivalentTo(
            new Dictionary<string, string> { ["host"] = "db.internal", ["user.name"] = "reader", ["user.password"] = "p:w" });
        (await store.GetAllAsync(default)).Keys.Should().BeEquivalentTo("plain", "empty", "unicode", "database", "a/b", "database:host");
    }

    [Theory]
    [InlineData("[1]", "metadata 'secretsFile' names *must hold a JSON object")]
    [InlineData("{", "metadata 'secretsFile' names *cannot be read*")]
    [InlineData(null, "metadata 'secretsFile' names *cannot be read*")]
    public async Task A_file_that_cannot_be_used_is_refused(string? content, string expected)
    {
        if (content is not null) _folder.Write("secrets.json", content);
        var store = FileSecretStore.Create(Spec([]));
        var act = () => store.InitAsync(default);
        await act.Should().ThrowAsync<ComponentMetadataException>().WithMessage(expected);
    }

    [Fact]
    public void A_file_must_be_named()
    {
        var act = () => FileSecretStore.Create(SidecarContexts.Spec("secretstores.local.file", new Dictionary<string, string>()));
        act.Should().Throw<ComponentMetadataException>().WithMessage("metadata 'secretsFile' is missing*");
    }

    [Theory]
    [InlineData("", "GOLDEN_ONE", "first")]
    [InlineData("", "NOT_SET", "")]
    [InlineData("", "APP_API_TOKEN", "")]
    [InlineData("", "Dapr_Token", "")]
    [InlineData("GOLDEN_", "ONE", "first")]
    [InlineData("GOLDEN_", "GOLDEN_ONE", "")]
    [InlineData("DAPR_", "TOKEN", "")]
    public async Task The_environment_is_a_secret_store(string prefix, string name, string expected) =>
        (await Environment(prefix).GetAsync(name, default)).Should().Equal(new Dictionary<string, string> { [name] = expected });

    [Fact]
    public async Task All_of_the_environment_is_shown_but_what_guards_the_sidecar()
    {
        (await Environment("").GetAllAsync(default)).Keys.Should().BeEquivalentTo("GOLDEN_ONE", "GOLDEN_", "OTHER");
        (await Environment("GOLDEN_").GetAllAsync(default)).Should().ContainSingle().Which.Value.Should().Equal(new Dictionary<string, string> { ["ONE"] = "first" });
    }

    [Theory]
    [InlineData("open", "x", true)]
    [InlineData("list", "a", true)]
    [InlineData("list", "b", false)]
    [InlineData("denying", "b", false)]
    [InlineData("denying", "x", true)]
    [InlineData("closed", "x", false)]
    public void The_configuration_decides_what_may_be_read(string store, string secret, bool expected) => SecretAccess.Allows(
        new ConfigurationResource { SecretScopes = [new("list", "allow", ["a"], ["a"]), new("denying", "", [], ["b"]), new("closed", "DENY", [], [])] }, store, secret)
        .Should().Be(expected);

    private static EnvironmentSecretStore Environment(string prefix) => new(
        new SidecarOptions
        {
            AppId = "a",
            Environment = new Dictionary<string, string>
            {
                ["GOLDEN_ONE"] = "first",
                ["GOLDEN_"] = "only the prefix",
                ["OTHER"] = "o",
                ["APP_API_TOKEN"] = "t",
                ["Dapr_Token"] = "t",
                ["DAPR_TOKEN"] = "t",
            },
        },
        prefix);

    private async Task<FileSecretStore> FileAsync(params (string Name, string Value)[] metadata)
    {
        _folder.Write("secrets.json", Json);
        var store = FileSecretStore.Create(Spec(metadata));
        await store.InitAsync(default);
        return store;
    }

    private ComponentSpec Spec((string Name, string Value)[] metadata)
    {
        var all = metadata.ToDictionary(pair => pair.Name, pair => pair.Value);
        all["secretsFile"] = "secrets.json";
        return SidecarContexts.Spec("secretstores.local.file", all, SidecarContexts.Create(new SidecarOptions { AppId = "a", WorkingDirectory = _folder.Path }));
    }
}
