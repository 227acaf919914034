using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using StocksDapr.Sidecar.Running.Processes;

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

    private string PortFile => Path.Combine(folder, "port");

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
        await WritePasswordAsync(cancellationToken);

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
    public int ChoosePort(Action<string> report)
    {
        if (File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var remembered))
        {
            if (IsFree(remembered))
                return remembered;
            report($"port {remembered}, which the database had, is taken by another program: choosing a new one");
        }

        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    public void ForgetPort() => File.Delete(PortFile);

    /// <summary>The end of the server's newest log.</summary>
    public string LastLogLines() => NewestLog() is { } newest ? string.Join('\n', File.ReadLines(newest).TakeLast(8)) : "";

    public string? NewestLog() =>
        Directory.Exists(Logs) ? new DirectoryInfo(Logs).GetFiles("*.log").MaxBy(file => file.LastWriteTimeUtc)?.FullName : null;

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task WritePasswordAsync(CancellationToken cancellationToken)
    {
        File.Delete(PasswordFile);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(PasswordFile, options))
            await writer.WriteLineAsync(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)).AsMemory(), cancellationToken);
        await account.GiveAsync(PasswordFile, cancellationToken);
    }
}
