using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>The folder of a private cluster: the data, the password (readable by the owner alone), the port, the server's logs.</summary>
internal sealed class ClusterFiles(string folder, ServerAccount account)
{
    public const string User = "stocks";

    public string Data => Path.Combine(folder, "data");

    public string Logs => Path.Combine(folder, "log");

    /// <summary>Where a PostgreSQL goes that had to be installed for this cluster.</summary>
    public string Installed => Path.Combine(folder, "server");

    private string PasswordFile => Path.Combine(folder, "password");

    /// <summary>The major version that wrote the data; null before there is any.</summary>
    public string? DataVersion
    {
        get
        {
            var file = Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
    }

    /// <exception cref="ClusterException">The file is gone.</exception>
    public string ReadPassword() =>
        File.Exists(PasswordFile)
            ? File.ReadAllText(PasswordFile).Trim()
            : throw new ClusterException($"There is a database in {Data}, but its password file {PasswordFile} is gone. Put it back, or move {Data} away to begin anew.");

    /// <summary>Makes the data folder, whole or not at all: an interrupted initdb leaves nothing that looks like a cluster.</summary>
    /// <exception cref="ClusterException">initdb failed.</exception>
    public async Task InitializeAsync(PostgresBinaries binaries, bool durable, CancellationToken cancellationToken)
    {
        var unfinished = Data + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await account.GiveAsync(unfinished, cancellationToken);
        Directory.CreateDirectory(Logs);
        await account.GiveAsync(Logs, cancellationToken);
        OwnersFile.Write(PasswordFile, OwnersFile.NewSecret());
        await account.GiveAsync(PasswordFile, cancellationToken);

        // Text sorts by its bytes, whatever the machine's language, but letters are those of Unicode (search ignores case with them).
        var letters = OperatingSystem.IsLinux() ? "C.UTF-8" : OperatingSystem.IsMacOS() ? "en_US.UTF-8" : "C";
        string[] command =
        [
            binaries.InitDb, $"--pgdata={unfinished}", $"--username={User}", $"--pwfile={PasswordFile}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C", $"--lc-ctype={letters}", .. durable ? Array.Empty<string>() : ["--no-sync"],
        ];
        if (await Tool.RunAsync(command, cancellationToken, account.Name, folder) is { Succeeded: false } failed)
            throw new ClusterException($"The database cluster could not be made in {Data}: {failed.Output}");
        Directory.Move(unfinished, Data);
    }

    /// <summary>The port of the last run when it is free, else another one, which is remembered.</summary>
    public int ChoosePort(Action<string> report) => RememberedPort.Choose(Path.Combine(folder, "port"), "the database", report);

    /// <summary>The end of the server's newest log.</summary>
    public string LastLogLines() => NewestLog() is { } newest ? string.Join('\n', File.ReadLines(newest).TakeLast(8)) : "";

    public string? NewestLog() =>
        Directory.Exists(Logs) ? new DirectoryInfo(Logs).GetFiles("*.log").MaxBy(file => file.LastWriteTimeUtc)?.FullName : null;
}
