using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads a Component from its document.</summary>
internal static class ComponentReader
{
    /// <exception cref="ResourceFormatException">A field has another form than daprd expects.</exception>
    public static ComponentResource Read(ResourceDocument document)
    {
        var spec = document.Root["spec"];
        return new ComponentResource
        {
            Name = document.Name,
            Definition = document.Definition,
            File = document.File,
            Namespace = document.Namespace,
            Type = spec["type"].Text() ?? "",
            Version = spec["version"].Text() is { Length: > 0 } version ? version : "v1",
            IgnoreErrors = spec["ignoreErrors"].Flag() ?? false,
            InitTimeout = GoDuration.TryParse(spec["initTimeout"].Text(), out var limit) && limit > TimeSpan.Zero ? limit : ComponentResource.DefaultInitTimeout,
            Properties = [.. spec["metadata"].Items().Select(ReadProperty)],
            SecretStore = document.Root["auth"]["secretStore"].Text() ?? "",
            Scopes = document.Scopes,
        };
    }

    private static ComponentProperty ReadProperty(YamlField property)
    {
        var name = property["name"].Text() ?? "";
        var value = property["value"].Dynamic();
        var secret = property["secretKeyRef"];
        var secretName = secret["name"].Text() ?? "";
        var reference = secretName.Length == 0 ? null : new SecretReference(secretName, secret["key"].Text() is { Length: > 0 } key ? key : secretName);

        // An environment variable counts only where no value is written at all: `value: ""` is a value.
        var variable = value is null && property["envRef"].Text() is { Length: > 0 } env ? env : null;
        return new ComponentProperty(name, value ?? "", variable is null ? reference : null, variable);
    }
}
