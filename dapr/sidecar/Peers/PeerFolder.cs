using System.Text.Json;

namespace StocksDapr.Sidecar.Peers;

/// <summary>
/// The folder in which the sidecars of one user on one machine find each other: a file for each, readable by that user alone. Its time of change tells at
/// once whether somebody came or went, so that looking somebody up costs one system call.
/// </summary>
internal sealed class PeerFolder
{
    /// <summary>Names another folder: for tests, and for groups of sidecars that shall not see each other.</summary>
    public const string Variable = "STOCKS_SIDECARS";

    private const string Extension = ".json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // File systems tell times in steps of a few milliseconds: what changed so recently may change again without being seen.
    private static readonly TimeSpan TimeStep = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private IReadOnlyList<PeerEntry> _entries = [];
    private DateTime _readAtChange = DateTime.MinValue;

    private PeerFolder(string path, TimeProvider time)
    {
        Path = path;
        _time = time;
    }

    public string Path { get; }

    /// <summary>The user's folder, or the one that the environment names. It is made when it is not there.</summary>
    /// <exception cref="IOException">It cannot be used, or others could write into it.</exception>
    public static PeerFolder Open(Func<string, string?> environment, TimeProvider time)
    {
        var path = environment(Variable) is { Length: > 0 } chosen ? System.IO.Path.GetFullPath(chosen) : Default(environment);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) is var others && others != UnixFileMode.None)
            throw new IOException($"{path} is open to other users ({others}); take their rights away (chmod 700)");
        return new PeerFolder(path, time);
    }

    /// <summary>Everybody who is written down on this machine, dead ones included.</summary>
    public IReadOnlyList<PeerEntry> Read()
    {
        // The time first: what comes while the files are read is seen the next time.
        var changed = Directory.GetLastWriteTimeUtc(Path);
        lock (_gate)
        {
            if (changed == _readAtChange) return _entries;
            var entries = new List<PeerEntry>();
            foreach (var file in Directory.EnumerateFiles(Path, "*" + Extension))
            {
                if (TryRead(file) is { } entry && entry.Machine == Environment.MachineName) entries.Add(entry);
            }

            _entries = entries;
            if (_time.GetUtcNow().UtcDateTime - changed > TimeStep) _readAtChange = changed;
            return entries;
        }
    }

    /// <summary>Writes an entry in one step, so that nobody reads half of it.</summary>
    public void Write(PeerEntry entry)
    {
        var file = FileOf(entry);
        var unfinished = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(unfinished, options)) JsonSerializer.Serialize(stream, entry, PeerEntryJson.Default.PeerEntry);
        File.Move(unfinished, file, overwrite: true);
    }

    public void Remove(PeerEntry entry) => File.Delete(FileOf(entry));

    private static string Default(Func<string, string?> environment)
    {
        if (environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime)) return System.IO.Path.Combine(runtime, "stocksdapr", "sidecars");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return home.Length > 0
            ? System.IO.Path.Combine(home, "stocksdapr", "sidecars")
            : System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"stocksdapr-{Environment.UserName}", "sidecars");
    }

    private static PeerEntry? TryRead(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(stream, PeerEntryJson.Default.PeerEntry);
        }
        catch (Exception gone) when (gone is IOException or JsonException or UnauthorizedAccessException)
        {
            // Removed between the list and the look, or written by something else: nobody to call.
            return null;
        }
    }

    private string FileOf(PeerEntry entry) => System.IO.Path.Combine(Path, entry.Id + Extension);
}
