using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace StocksDapr.Contracts.Json;

/// <summary>How everything that crosses a service boundary is written as JSON: camelCase, numbers as shortest round-trip text.</summary>
public static class ContractsJson
{
    /// <summary>Read-only and shared; hand it to the Dapr client and to ASP.NET Core's JSON options alike.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Adds the converters to options that a framework owns.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.Converters.Add(new IntervalConverter());
        options.Converters.Add(new RawBarsConverter());
        options.Converters.Add(new CleanBarsConverter());
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;

        // Dapr hands JSON on with its keys sorted, so the kind of a message need not come first.
        options.AllowOutOfOrderMetadataProperties = true;
        // A sidecar sorts the keys of what it wraps into a CloudEvent, so a kind need not come first.
        options.AllowOutOfOrderMetadataProperties = true;
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Apply(options);
        options.MakeReadOnly();
        return options;
    }
}
