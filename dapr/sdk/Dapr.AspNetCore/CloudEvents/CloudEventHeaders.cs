using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Dapr.AspNetCore;

/// <summary>Hands attributes of the envelope on as request headers.</summary>
internal static class CloudEventHeaders
{
    /// <summary>The payload itself, and what reaches the handler otherwise.</summary>
    private static readonly string[] Never =
        [CloudEventAttributes.DataContentType, CloudEventAttributes.Data, CloudEventAttributes.DataBase64, "pubsubname", "traceparent"];

    public static void Forward(JsonElement envelope, IHeaderDictionary headers, CloudEventsMiddlewareOptions options)
    {
        if (!options.ForwardCloudEventPropertiesAsHeaders) return;
        foreach (var property in envelope.EnumerateObject())
        {
            if (!IsWanted(property.Name, options)) continue;
            var name = $"Cloudevent.{property.Name.ToLowerInvariant()}";
            headers.TryAdd(name, property.Value.GetRawText().Trim('"'));
        }
    }

    private static bool IsWanted(string name, CloudEventsMiddlewareOptions options)
    {
        if (Contains(Never, name)) return false;
        if (options.IncludedCloudEventPropertiesAsHeaders is { } included) return Contains(included, name);
        return options.ExcludedCloudEventPropertiesFromHeaders is not { } excluded || !Contains(excluded, name);
    }

    private static bool Contains(string[] names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
