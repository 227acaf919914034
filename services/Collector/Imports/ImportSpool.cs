using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// The files that are being imported, each in a folder of its own with its manifest. A folder appears whole (file and manifest on disk
/// before it gets its name) or not at all; a folder whose import is done loses its manifest first.
/// </summary>
internal sealed class ImportSpool(IOptions<ImportOptions> options, IDiskSpace disk, TimeProvider time, ILogger<ImportSpool> logger)
{
    private const string DataName = "data";
    private const string ManifestName = "manifest.json";
    private const string IncomingName = ".incoming";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _root = options.Value.Folder;

    /// <summary>Removes what an earlier run left half-way (never what has a manifest, readable or not) and returns the imports that it left whole, oldest first.</summary>
    public IReadOnlyList<ImportManifest> Open()
    {
        Directory.CreateDirectory(_root);
        Remove(Path.Combine(_root, IncomingName));
        var manifests = new List<ImportManifest>();
        foreach (var folder in Directory.EnumerateDirectories(_root))
        {
            if (TryReadManifest(folder) is { } manifest)
                manifests.Add(manifest);
            else if (!File.Exists(Path.Combine(folder, ManifestName)))
                Remove(folder);
        }

        return [.. manifests.OrderBy(manifest => manifest.AcceptedAt).ThenBy(manifest => manifest.Id, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Takes a file in. When this returns it is on disk, and survives whatever happens to this process. The same key with the same
    /// file and parameters is the same import.
    /// </summary>
    /// <exception cref="SpoolFullException">There is no room for it.</exception>
    public async Task<ImportManifest> TakeAsync(Stream body, ImportParameters parameters, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var incoming = Path.Combine(_root, IncomingName, Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(incoming);
            var (bytes, digest) = await CopyAsync(body, Path.Combine(incoming, DataName), cancellationToken);
            var id = idempotencyKey is null ? Guid.CreateVersion7(time.GetUtcNow()).ToString() : IdOf(idempotencyKey, parameters, digest);
            if (Find(id) is { } known)
                return known;

            var manifest = new ImportManifest(
                id,
                parameters.Source,
                time.GetUtcNow(),
                bytes,
                parameters.Hints.Interval?.Code,
                await InferIntervalAsync(Path.Combine(incoming, DataName), parameters.Hints, cancellationToken),
                parameters.Hints.Symbol,
                parameters.Hints.Stamp,
                parameters.Hints.DateOrder,
                parameters.Hints.FileName);
            WriteManifest(incoming, manifest);
            return MoveIn(incoming, manifest);
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new SpoolFullException("The disk is full.", e);
        }
        finally
        {
            Remove(incoming);
        }
    }

    public ImportManifest? Find(string id) => TryReadManifest(FolderOf(id));

    /// <exception cref="IOException">The file is gone or cannot be read.</exception>
    public Stream OpenFile(string id) =>
        new FileStream(
            Path.Combine(FolderOf(id), DataName),
            new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });

    /// <summary>Forgets an import whose receipt says that it is done.</summary>
    public void Delete(string id) => Remove(FolderOf(id));

    private async Task<(long Bytes, byte[] Digest)> CopyAsync(Stream body, string path, CancellationToken cancellationToken)
    {
        const int pieceBytes = 128 * 1024;
        const long checkEvery = 16L * 1024 * 1024;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        var buffer = new byte[pieceBytes];
        long bytes = 0;
        var nextCheck = 0L;
        while (true)
        {
            if (bytes >= nextCheck)
            {
                EnsureRoom();
                nextCheck = bytes + checkEvery;
            }

            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            bytes += read;
            if (read < buffer.Length)
                break;
        }

        file.Flush(flushToDisk: true);
        return (bytes, hash.GetHashAndReset());
    }

    private void EnsureRoom()
    {
        if (disk.AvailableBytes(_root) < options.Value.ReservedDiskBytes)
            throw new SpoolFullException("The disk has no room left beyond what is reserved for the databases.");
    }

    private ImportManifest MoveIn(string incoming, ImportManifest manifest)
    {
        try
        {
            Directory.Move(incoming, FolderOf(manifest.Id));
            return manifest;
        }
        catch (IOException) when (Find(manifest.Id) is not null)
        {
            // The same request came twice at the same time, and the other one was first.
            return Find(manifest.Id) ?? manifest;
        }
    }

    private static async Task<string?> InferIntervalAsync(string path, LayoutHints hints, CancellationToken cancellationToken)
    {
        try
        {
            await using var text = await CsvText.OpenAsync(File.OpenRead(path), cancellationToken);
            return (await CsvText.InferLayoutAsync(text, hints, cancellationToken)).Interval.Code;
        }
        catch (Exception e) when (e is UnreadableFileException or InvalidDataException)
        {
            // Reading it will say so, in the import's own receipt.
            return null;
        }
    }

    private static void WriteManifest(string folder, ImportManifest manifest)
    {
        var temporary = Path.Combine(folder, ManifestName + ".new");
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, manifest, Json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path.Combine(folder, ManifestName));
    }

    private ImportManifest? TryReadManifest(string folder)
    {
        try
        {
            using var file = File.OpenRead(Path.Combine(folder, ManifestName));
            return JsonSerializer.Deserialize<ImportManifest>(file, Json);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            // It was complete before the folder got its name: the disk, or somebody, has changed it.
            logger.ManifestUnreadable(folder, e.Message);
            return null;
        }
    }

    private void Remove(string folder)
    {
        try
        {
            File.Delete(Path.Combine(folder, ManifestName));
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.SpoolNotRemoved(folder, e.Message);
        }
    }

    private string FolderOf(string id) => Path.Combine(_root, id);

    /// <summary>An id that is a function of the key, the parameters and the file: a retry finds its import, another file gets its own.</summary>
    private static string IdOf(string idempotencyKey, ImportParameters parameters, byte[] digest)
    {
        var hints = parameters.Hints;
        var text = string.Join(
            '\n', idempotencyKey, parameters.Source, hints.Interval?.Code, hints.Symbol, hints.Stamp, hints.DateOrder, hints.FileName, Convert.ToHexString(digest));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80); // version 8: made by a rule of our own
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }

    /// <summary>ENOSPC and EDQUOT on Unix, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.</summary>
    private static bool IsDiskFull(IOException e) =>
        e is not SpoolFullException && e.HResult is 28 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027);
}
