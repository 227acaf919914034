using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Hosting.Reloading;

namespace StocksDapr.Sidecar.Api;

/// <summary><c>GET /v1.0/metadata</c> and <c>PUT /v1.0/metadata/{key}</c>.</summary>
internal static class MetadataApi
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(ApiRouter routes)
    {
        routes.Map("metadata", "GET", "/v1.0/metadata", Get);
        routes.Map("metadata", "PUT", "/v1.0/metadata/{key}", Put);
    }

    private static async Task Get(ApiRequest request)
    {
        using var stream = new MemoryStream(1024);
        using (var json = new Utf8JsonWriter(stream, WriterOptions)) Write(json, request.Sidecar);
        await request.Json(stream.ToArray());
    }

    private static async Task Put(ApiRequest request)
    {
        try
        {
            var body = await request.ReadBodyAsync();
            request.Sidecar.Extended[request["key"]] = Encoding.UTF8.GetString(body.Span);
            await request.NoContent();
        }
        catch (BodyTooLargeException tooLarge)
        {
            await request.Error(StatusCodes.Status400BadRequest, "ERR_BODY_READ", $"failed to read request body: {tooLarge.Message}");
        }
    }

    private static void Write(Utf8JsonWriter json, SidecarContext sidecar)
    {
        var options = sidecar.Options;
        json.WriteStartObject();
        json.WriteString("id", options.AppId);
        json.WriteString("runtimeVersion", options.RuntimeVersion);
        json.WriteStartArray("enabledFeatures");
        var configuration = sidecar.Resources.Configuration;
        if (configuration.IsEnabled(HotReload.Feature)) json.WriteStringValue(HotReload.Feature);
        foreach (var (feature, enabled) in configuration.Features)
        {
            if (enabled && feature != HotReload.Feature) json.WriteStringValue(feature);
        }

        json.WriteEndArray();
        WriteComponents(json, sidecar);
        json.WriteStartObject("extended");
        json.WriteString("daprRuntimeVersion", options.RuntimeVersion);
        foreach (var (key, value) in sidecar.Extended.OrderBy(entry => entry.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
        WriteSubscriptions(json, sidecar);
        WriteNames(json, "httpEndpoints", sidecar.Resources.HttpEndpoints.Keys);
        WriteNames(json, "resiliencies", sidecar.Resiliency.Names);
        WriteApp(json, options);
        json.WriteStartObject("actorRuntime");
        json.WriteString("runtimeStatus", sidecar.Health.Ready ? "DISABLED" : "INITIALIZING");
        json.WriteBoolean("hostReady", false);
        if (sidecar.Health.Ready) json.WriteString("placement", "placement: disconnected");
        json.WriteEndObject();
        if (sidecar.Workflows is { ConnectedWorkers: > 0 } workflows)
        {
            json.WriteStartObject("workflows");
            json.WriteNumber("connectedWorkers", workflows.ConnectedWorkers);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json, SidecarContext sidecar)
    {
        var components = sidecar.Components.All;
        if (components.Count == 0) return;
        json.WriteStartArray("components");
        foreach (var (resource, _, instance) in components)
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Name);
            json.WriteString("type", resource.Type);
            json.WriteString("version", resource.Version);
            if (instance.Capabilities.Count > 0)
            {
                json.WriteStartArray("capabilities");
                foreach (var capability in instance.Capabilities) json.WriteStringValue(capability);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSubscriptions(Utf8JsonWriter json, SidecarContext sidecar)
    {
        if (sidecar.Subscriptions.Count == 0) return;
        json.WriteStartArray("subscriptions");
        foreach (var (subscription, origin) in sidecar.Subscriptions)
        {
            json.WriteStartObject();
            json.WriteString("pubsubname", subscription.PubSubName);
            json.WriteString("topic", subscription.Topic);
            if (subscription.Metadata.Count > 0)
            {
                json.WriteStartObject("metadata");
                foreach (var (key, value) in subscription.Metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }

            json.WriteStartArray("rules");
            foreach (var rule in subscription.Rules)
            {
                json.WriteStartObject();
                if (rule.Match.Length > 0) json.WriteString("match", rule.Match);
                json.WriteString("path", rule.Path);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("deadLetterTopic", subscription.DeadLetterTopic);
            json.WriteString("type", origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IEnumerable<string> names)
    {
        var all = names.ToList();
        if (all.Count == 0) return;
        json.WriteStartArray(key);
        foreach (var name in all)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteApp(Utf8JsonWriter json, SidecarOptions options)
    {
        json.WriteStartObject("appConnectionProperties");
        if (options.HasApp) json.WriteNumber("port", options.AppPort!.Value);
        json.WriteString("protocol", options.AppProtocol);
        json.WriteString("channelAddress", options.AppHost);
        if (options.AppMaxConcurrency > 0) json.WriteNumber("maxConcurrency", options.AppMaxConcurrency);
        if (options.AppHealth is { } health)
        {
            json.WriteStartObject("health");
            json.WriteString("healthCheckPath", health.Path);
            json.WriteString("healthProbeInterval", GoDuration.Format(health.Interval));
            json.WriteString("healthProbeTimeout", GoDuration.Format(health.Timeout));
            json.WriteNumber("healthThreshold", health.Threshold);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
