using System.Text.Json;
using System.Text.Json.Nodes;
using StocksDapr.Gateway.Proxy;

namespace StocksDapr.Gateway.OpenApi;

/// <summary>Puts OpenAPI documents together. Schemas of a service get its name in front, so that equal names of different services stay apart.</summary>
internal static class DescriptionMerge
{
    private const string SchemaReference = "#/components/schemas/";
    private const string BearerScheme = "bearer";

    public static byte[] Merge(JsonObject own, IReadOnlyDictionary<string, JsonObject> services)
    {
        var document = own.DeepClone().AsObject();
        document["info"] = new JsonObject
        {
            ["title"] = "StocksDapr",
            ["version"] = "v1",
            ["description"] = "Market data, its quality, and everything made from it. Send your token as `Authorization: Bearer …`. "
                + "Errors are `application/problem+json` with a stable `code`, a `requestId`, whether to `retry`, and what is `valid`.",
        };
        document.Remove("servers");
        var paths = Child(document, "paths");
        var schemas = Child(Child(document, "components"), "schemas");
        foreach (var (service, description) in services)
        {
            Rename(description, service);
            AddOperations(paths, service, description);
            foreach (var (name, schema) in description["components"]?["schemas"]?.AsObject() ?? [])
                schemas[$"{service}.{name}"] = schema?.DeepClone();
        }

        Child(Child(document, "components"), "securitySchemes")[BearerScheme] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" };
        document["security"] = new JsonArray(new JsonObject { [BearerScheme] = new JsonArray() });
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static void AddOperations(JsonObject paths, string service, JsonObject description)
    {
        foreach (var (_, method, path) in ServiceRoutes.Operations.Where(operation => operation.Service == service))
        {
            if (Find(description, path)?[method] is { } operation)
                Child(paths, ServiceRoutes.Prefix + path)[method] = operation.DeepClone();
        }
    }

    /// <summary>The path item whose path equals <paramref name="path"/> but for the names of parameters.</summary>
    private static JsonNode? Find(JsonObject description, string path) =>
        description["paths"]?.AsObject().FirstOrDefault(item => Shape(item.Key) == Shape(path)).Value;

    private static string Shape(string path) =>
        string.Join('/', path.TrimEnd('/').Split('/').Select(segment => segment.StartsWith('{') ? "{}" : segment));

    private static void Rename(JsonNode? node, string service)
    {
        if (node is JsonObject item)
        {
            if (item["$ref"] is JsonValue reference && reference.GetValue<string>() is { } target && target.StartsWith(SchemaReference, StringComparison.Ordinal))
                item["$ref"] = $"{SchemaReference}{service}.{target[SchemaReference.Length..]}";
            foreach (var (_, child) in item)
                Rename(child, service);
        }
        else if (node is JsonArray array)
        {
            foreach (var child in array)
                Rename(child, service);
        }
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child)
            return child;

        child = [];
        parent[name] = child;
        return child;
    }
}
