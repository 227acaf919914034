using System.Text.Json;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Secrets;

/// <summary><c>secretstores.local.file</c>: a JSON file, read once. Nested objects are flattened, or kept one level deep when multiValued.</summary>
internal sealed class FileSecretStore : ISecretStore
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = GoDecoding.MaxDepth };

    private readonly string _file;
    private readonly string _separator;
    private readonly bool _isMultiValued;
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <param name="file">Absolute path.</param>
    /// <param name="separator">Between the names of nested objects.</param>
    /// <param name="isMultiValued">True: a nested object at the top is one secret with several values.</param>
    public FileSecretStore(string file, string separator, bool isMultiValued)
    {
        _file = file;
        _separator = separator;
        _isMultiValued = isMultiValued;
        Capabilities = isMultiValued ? ["MULTIPLE_KEY_VALUES_PER_SECRET"] : [];
    }

    public IReadOnlyList<string> Capabilities { get; }

    /// <exception cref="ComponentMetadataException">No file is named.</exception>
    public static FileSecretStore Create(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Get("secretsFile") is not { Length: > 0 } file) throw new ComponentMetadataException("secretsFile", "is missing; expected the path of a JSON file");
        var separator = spec.Get("nestedSeparator") is { Length: > 0 } text ? text : ":";
        return new FileSecretStore(Path.GetFullPath(file, spec.Context.Options.WorkingDirectory), separator, GoBool.IsTruthy(spec.Get("multiValued")));
    }

    public async Task InitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(_file);
            using var json = await JsonDocument.ParseAsync(stream, Options, cancellationToken);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new ComponentMetadataException("secretsFile", $"names {_file}, which must hold a JSON object");
            _secrets = Read(json.RootElement);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ComponentMetadataException("secretsFile", $"names {_file}, which cannot be read: {error.Message}");
        }
    }

    public Task<IReadOnlyDictionary<string, string>> GetAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(_secrets.GetValueOrDefault(name) ?? throw new SecretStoreException($"secret {name} not found"));

    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken) => Task.FromResult(_secrets);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Dictionary<string, IReadOnlyDictionary<string, string>> Read(JsonElement root)
    {
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (!_isMultiValued)
        {
            var flat = new Dictionary<string, string>(StringComparer.Ordinal);
            Flatten("", root, flat);
            foreach (var (name, value) in flat) secrets[name] = Single(name, value);
            return secrets;
        }

        // Numbers, booleans and lists at the top have no place here; daprd leaves them out without a word.
        foreach (var property in root.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String)
            {
                secrets[property.Name] = Single(property.Name, property.Value.GetString()!);
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                var values = new Dictionary<string, string>(StringComparer.Ordinal);
                Flatten("", property.Value, values);
                secrets[property.Name] = values;
            }
        }

        return secrets;
    }

    private void Flatten(string path, JsonElement value, Dictionary<string, string> values)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject()) Flatten(path.Length == 0 ? property.Name : path + _separator + property.Name, property.Value, values);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray()) Flatten($"{path}{_separator}{index++}", item, values);
        }
        else
        {
            values.TryAdd(path, Format(value));
        }
    }

    /// <summary>Go's <c>%s</c> of something that is no text; odd, but it is what real Dapr hands out.</summary>
    private static string Format(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "%!s(bool=true)",
        JsonValueKind.False => "%!s(bool=false)",
        JsonValueKind.Number => $"%!s(float64={GoFormat.General(value.GetDouble())})",
        _ => "%!s(<nil>)",
    };

    private static Dictionary<string, string> Single(string name, string value) => new(StringComparer.Ordinal) { [name] = value };
}
