using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Hosting;

public sealed class HotReloadTests : IDisposable
{
    private const string Store = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: store}
        spec: {type: state.in-memory, version: v1}
        """;

    private const string Subscription = """
        apiVersion: dapr.io/v2alpha1
        kind: Subscription
        metadata: {name: sub}
        spec: {pubsubname: bus, topic: t, routes: {default: /first}}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _received = [];
    private readonly RecordingLoggers _loggers = new();
    private TaskCompletionSource? _hold;

    public void Dispose()
    {
        _folder.Dispose();
        _loggers.Dispose();
    }

    [Fact]
    public async Task Components_come_change_and_go_with_their_files()
    {
        await using var app = await StartAsync();
        (await StatusAsync(app, "/v1.0/state/store/k")).Should().Be(HttpStatusCode.InternalServerError);

        _folder.Write("store.yaml", Store);
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/store/k") == HttpStatusCode.NoContent);
        await SaveAsync(app, "store");

        // A comment changes nothing; the values are still there when the next change has been taken over.
        _folder.Write("store.yaml", Store + "\n# a remark\n");
        _folder.Write("other.yaml", Store.Replace("name: store", "name: other", StringComparison.Ordinal));
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/other/k") == HttpStatusCode.NoContent);
        (await StatusAsync(app, "/v1.0/state/store/k")).Should().Be(HttpStatusCode.OK);

        _folder.Write("store.yaml", Store.Replace("version: v1}", "version: v1, metadata: [{name: keyPrefix, value: none}]}", StringComparison.Ordinal));
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/store/k") == HttpStatusCode.NoContent);

        File.Delete(Path.Combine(_folder.Path, "store.yaml"));
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/store/k") == HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("spec: {type: state.in-memory", "*a document is left out*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: store}\nspec: {type: state.nonsense, version: v1}\n", "*store*as changed; the one before stays*there is no such component type*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: store}\nspec: {type: state.postgresql, version: v2}\n", "*store*as changed; the one before stays*connectionString*")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: fine}\nspec: {type: state.in-memory, version: v1}\n", "*everything stays as it was*fine is defined twice*")]
    public async Task What_is_broken_leaves_in_place_what_was_there(string broken, string logged)
    {
        _folder.Write("store.yaml", Store);
        _folder.Write("fine.yaml", Store.Replace("name: store", "name: fine", StringComparison.Ordinal));
        await using var app = await StartAsync();
        await SaveAsync(app, "store");

        _folder.Write("store.yaml", broken);

        await Eventually.PassAsync(() => _loggers.Messages.Select(line => line.Message).Should().ContainMatch(logged));
        (await StatusAsync(app, "/v1.0/state/store/k")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(app, "/v1.0/state/fine/k")).Should().Be(HttpStatusCode.NoContent);

        _folder.Write("store.yaml", Store.Replace("name: store", "name: mended", StringComparison.Ordinal));
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/mended/k") == HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Subscriptions_follow_their_files_and_deliveries_under_way_finish()
    {
        _folder.Write("bus.yaml", RunningApp.Bus);
        _folder.Write("sub.yaml", Subscription);
        await using var app = await StartAsync();
        _hold = new TaskCompletionSource();
        await PublishAsync(app, "1");
        await Eventually.BeTrueAsync(() => _received.Contains("begun /first 1"));

        _folder.Write("sub.yaml", Subscription.Replace("/first", "/second", StringComparison.Ordinal));
        await Eventually.BeTrueAsync(async () => (await RoutesAsync(app)).Contains("/second"));
        _received.Should().NotContain("done /first 1");
        _hold.SetResult();
        await Eventually.BeTrueAsync(() => _received.Contains("done /first 1"));
        await DeliveredAsync(app, "2", "/second");

        File.Delete(Path.Combine(_folder.Path, "sub.yaml"));
        await Eventually.BeTrueAsync(async () => (await RoutesAsync(app)).Length == 0);
        (await RoutesAsync(app)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_pub_sub_component_that_changes_takes_its_subscriptions_along()
    {
        _folder.Write("sub.yaml", Subscription);
        await using var app = await StartAsync();
        _received.Should().BeEmpty();

        _folder.Write("bus.yaml", RunningApp.Bus);
        await DeliveredAsync(app, "1", "/first");

        _folder.Write("bus.yaml", RunningApp.Bus.Replace("version: v1}", "version: v1, metadata: [{name: subscriptionScopes, value: \"tester=other\"}]}", StringComparison.Ordinal));
        await Eventually.PassAsync(() => _loggers.Messages.Select(line => line.Message).Should().ContainMatch("*topic t of bus cannot be started: the topic is not allowed*"));

        _folder.Write("bus.yaml", RunningApp.Bus);
        await DeliveredAsync(app, "2", "/first");
    }

    [Fact]
    public async Task Input_bindings_and_policies_follow_their_files_too()
    {
        await using var app = await StartAsync();
        _folder.Write("cron.yaml", Cron("/tick"));
        await Eventually.BeTrueAsync(() => _received.Contains("done /tick "));

        _folder.Write("cron.yaml", Cron("/tock"));
        await Eventually.BeTrueAsync(() => _received.Contains("done /tock "));

        _folder.Write("policies.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: policies}
            spec: {policies: {timeouts: {short: 1s}}, targets: {apps: {other: {timeout: short}}}}
            """);
        await Eventually.BeTrueAsync(async () => (await MetadataAsync(app)).TryGetProperty("resiliencies", out _));
        _folder.Write("policies.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: {name: policies}
            spec: {targets: {apps: {other: {timeout: missing}}}}
            """);
        await Eventually.PassAsync(() => _loggers.Messages.Select(line => line.Message).Should().ContainMatch("*policies cannot be used; those before stay*missing*"));
        (await MetadataAsync(app)).TryGetProperty("resiliencies", out _).Should().BeTrue();
    }

    [Fact]
    public async Task The_actor_state_store_stays_as_it_is()
    {
        var actors = Store.Replace("version: v1}", "version: v1, metadata: [{name: actorStateStore, value: \"true\"}]}", StringComparison.Ordinal);
        _folder.Write("store.yaml", actors);
        await using var app = await StartAsync();
        await SaveAsync(app, "store");

        _folder.Write("store.yaml", Store);
        await Eventually.PassAsync(() => _loggers.Messages.Select(line => line.Message).Should().ContainMatch("*store is the actor state store*"));
        File.Delete(Path.Combine(_folder.Path, "store.yaml"));
        _folder.Write("other.yaml", Store.Replace("name: store", "name: other", StringComparison.Ordinal));
        await Eventually.BeTrueAsync(async () => await StatusAsync(app, "/v1.0/state/other/k") == HttpStatusCode.NoContent);
        (await StatusAsync(app, "/v1.0/state/store/k")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_feature_can_be_switched_off()
    {
        var configuration = _folder.Write("nested/config.yaml", "apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {name: c}\nspec: {features: [{name: HotReload, enabled: false}]}\n");
        await using var off = await StartAsync(options => options with { AppId = "off", ConfigPaths = [configuration] });
        await using var on = await StartAsync();
        _folder.Write("store.yaml", Store);

        await Eventually.BeTrueAsync(async () => await StatusAsync(on, "/v1.0/state/store/k") == HttpStatusCode.NoContent);
        (await StatusAsync(off, "/v1.0/state/store/k")).Should().Be(HttpStatusCode.InternalServerError);
        (await MetadataAsync(on)).GetProperty("enabledFeatures").EnumerateArray().Select(name => name.GetString()).Should().Equal("HotReload");
        (await MetadataAsync(off)).GetProperty("enabledFeatures").GetArrayLength().Should().Be(0);
    }

    private static string Cron(string route) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: ticks}
        spec:
          type: bindings.cron
          version: v1
          metadata: [{name: schedule, value: "@every 1s"}, {name: route, value: {{route}}}, {name: direction, value: input}]
        """;

    private Task<RunningApp> StartAsync(Func<SidecarOptions, SidecarOptions>? change = null) => RunningApp.StartAsync(
        AnswerAsync, options: options => (change?.Invoke(options) ?? options) with { ResourcesPaths = [_folder.Path] }, loggers: _loggers);

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/dapr"))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var data = body.Length == 0 ? "" : JsonDocument.Parse(body.ToArray()).RootElement.GetProperty("data").ToString();
        _received.Enqueue($"begun {http.Request.Path} {data}");
        if (_hold is not null) await _hold.Task;
        _received.Enqueue($"done {http.Request.Path} {data}");
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningApp app, string path) => (await app.Client.GetAsync(path)).StatusCode;

    private static async Task SaveAsync(RunningApp app, string store) =>
        (await app.Client.PostAsJsonAsync($"/v1.0/state/{store}", new[] { new { key = "k", value = 1 } })).StatusCode.Should().Be(HttpStatusCode.NoContent);

    private static async Task PublishAsync(RunningApp app, string data) => await app.Client.PostAsJsonAsync("/v1.0/publish/bus/t", data);

    // The in-memory broker loses what nobody has subscribed to at the moment.
    private async Task DeliveredAsync(RunningApp app, string data, string path) => await Eventually.BeTrueAsync(async () =>
    {
        await PublishAsync(app, data);
        return _received.Contains($"done {path} {data}");
    });

    private static async Task<JsonElement> MetadataAsync(RunningApp app) => await app.Client.GetFromJsonAsync<JsonElement>("/v1.0/metadata");

    private static async Task<string?[]> RoutesAsync(RunningApp app) => (await MetadataAsync(app)).TryGetProperty("subscriptions", out var subscriptions)
        ? [.. subscriptions.EnumerateArray().Select(subscription => subscription.GetProperty("rules")[0].GetProperty("path").GetString())]
        : [];
}
