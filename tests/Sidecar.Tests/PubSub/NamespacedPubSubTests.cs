using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub;

public sealed class NamespacedPubSubTests
{
    [Theory]
    [InlineData("""{"pubsubname":"bus","topic":"t","route":"/t"}""")]
    [InlineData("""{"pubsubname":"bus","topic":"t","route":"/t","bulkSubscribe":{"enabled":true,"maxAwaitDurationMs":10}}""")]
    public async Task Topics_of_a_component_with_a_namespace_in_it_are_that_namespaces_own(string subscription)
    {
        var mesh = new SidecarMesh();
        var inside = new TaskCompletionSource<string>();
        var outside = new TaskCompletionSource<string>();
        await using var app = await RunningApp.StartAsync(Recorder(inside, subscription), [Bus("{namespace}")], mesh, options => options with { Namespace = "shop" });
        await using var other = await RunningApp.StartAsync(
            Recorder(outside, """{"pubsubname":"bus","topic":"shopt","route":"/t"}"""), [Bus("plain")], mesh, options => options with { AppId = "other" });

        await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));

        (await inside.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("t");
        (await outside.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("t", "the event is as it was made");
    }

    private static RequestDelegate Recorder(TaskCompletionSource<string> topic, string subscription) => async http =>
    {
        if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync($"[{subscription}]");
        if (http.Request.Path == "/t") topic.TrySetResult((await JsonNode.ParseAsync(http.Request.Body))!["topic"]!.GetValue<string>());
    };

    private static string Bus(string value) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec:
          type: pubsub.in-memory
          version: v1
          metadata: [{name: consumerNote, value: "{{value}}"}]
        """;
}
