using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings;

/// <summary><c>bindings.localstorage</c>: files below a folder. No name leads out of it, neither by dots nor by links.</summary>
internal sealed class LocalStorageBinding : IOutputBinding
{
    private static readonly string[] Forbidden = ["/proc", "/sys", "/boot", "/var/run/secrets", "/run/secrets"];
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string _root;

    /// <param name="root">Absolute path of the folder; made when it is not there.</param>
    public LocalStorageBinding(string root) => _root = root;

    public IReadOnlyList<string> Capabilities { get; } = ["OUTPUT_BINDING"];

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "list", "delete"];

    /// <exception cref="ComponentMetadataException">No folder is named.</exception>
    public static LocalStorageBinding Create(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Get("rootPath") is { Length: > 0 } root
            ? new LocalStorageBinding(Path.GetFullPath(root, spec.Context.Options.WorkingDirectory))
            : throw new ComponentMetadataException("rootPath", "must not be empty; expected a folder");
    }

    public Task InitAsync(CancellationToken cancellationToken)
    {
        try
        {
            CheckForbidden(_root);
            Directory.CreateDirectory(_root);
            _root = StoragePath.RealPath(_root);
            CheckForbidden(_root);
            return Task.CompletedTask;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ComponentMetadataException("rootPath", $"is '{_root}', which cannot be used as a folder: {error.Message}");
        }
    }

    public async Task<BindingAnswer?> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        var name = request.Get("fileName");
        if (name.Length == 0 && request.Operation == "create") name = Guid.NewGuid().ToString();
        if (!StoragePath.TryResolve(_root, name, out var path))
        {
            throw new BindingException($"error getting absolute path for file {name}: it is no path, or has too many links");
        }

        try
        {
            return request.Operation switch
            {
                "create" => await CreateAsync(path, request.Data, cancellationToken),
                "get" => await GetAsync(path, cancellationToken),
                "list" => List(path),
                _ => Delete(path),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BindingException($"error with file {path}: {error.Message}", error);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<BindingAnswer> CreateAsync(string path, byte[] data, CancellationToken cancellationToken)
    {
        data = GoDecoding.Unquote(data);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, TryDecodeBase64(data) ?? data, cancellationToken);
        return new BindingAnswer(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["fileName"] = Path.GetRelativePath(_root, path) }, Json));
    }

    private static async Task<BindingAnswer> GetAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) throw new BindingException($"error reading file {path}: read {path}: is a directory");
        if (!File.Exists(path)) throw new BindingException($"file not found: {path}");
        return new BindingAnswer(await File.ReadAllBytesAsync(path, cancellationToken));
    }

    private static BindingAnswer List(string path)
    {
        if (File.Exists(path)) throw new BindingException($"unable to list files as the file specified is not a directory: {path}");
        if (!Directory.Exists(path)) throw new BindingException($"error getting stats for path {path}: stat {path}: no such file or directory");
        var files = new List<string>();
        Walk(new DirectoryInfo(path), files);

        // Go writes an empty list that was never begun as null.
        return new BindingAnswer(files.Count == 0 ? GoDecoding.Null : JsonSerializer.SerializeToUtf8Bytes(files, Json));
    }

    /// <summary>In the order of names, folders in their place; links are listed and not followed.</summary>
    private static void Walk(DirectoryInfo folder, List<string> files)
    {
        foreach (var entry in folder.GetFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is DirectoryInfo inner && entry.LinkTarget is null) Walk(inner, files);
            else files.Add(entry.FullName);
        }
    }

    private BindingAnswer? Delete(string path)
    {
        if (path == _root) throw new BindingException($"error deleting file {path}: it is the folder of the binding");
        if (Directory.Exists(path)) Directory.Delete(path);
        else if (File.Exists(path)) File.Delete(path);
        else throw new BindingException($"error deleting file {path}: remove {path}: no such file or directory");
        return null;
    }

    private static byte[]? TryDecodeBase64(byte[] data)
    {
        // Go skips line breaks in base64 and nothing else.
        var text = data.AsSpan().ContainsAny((byte)'\r', (byte)'\n') ? [.. data.Where(value => value is not ((byte)'\r' or (byte)'\n'))] : data;
        if (text.AsSpan().ContainsAny((byte)' ', (byte)'\t')) return null;
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, decoded, out _, out var length) == System.Buffers.OperationStatus.Done ? decoded[..length] : null;
    }

    private static void CheckForbidden(string path)
    {
        if (Forbidden.Any(forbidden => path == forbidden || path.StartsWith(forbidden + "/", StringComparison.Ordinal)))
        {
            throw new ComponentMetadataException("rootPath", $"is '{path}', a place where no files may be kept");
        }
    }
}
