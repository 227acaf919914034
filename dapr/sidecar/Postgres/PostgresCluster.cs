using System.ComponentModel;
using System.Globalization;
using Npgsql;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>
/// A private PostgreSQL cluster in a folder: made on first use, its own password, its own port on 127.0.0.1, started again
/// when it dies. A server that an earlier, killed run left behind is taken over. Times in its settings are UTC.
/// </summary>
internal sealed class PostgresCluster : IPrivateServer, IAsyncDisposable
{
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(40);

    private readonly PostgresSettings _settings;
    private readonly ServerAccount _account;
    private readonly ClusterFiles _files;
    private readonly PostgresBinaries _binaries;
    private readonly string _password;
    private readonly ServerSupervision _supervision;
    private readonly LastLines _lastLines = new();
    private PostgresServer? _server;

    private PostgresCluster(PostgresSettings settings, ServerAccount account, ClusterFiles files, PostgresBinaries binaries, string password)
    {
        _settings = settings;
        _account = account;
        _files = files;
        _binaries = binaries;
        _password = password;
        _supervision = new ServerSupervision("PostgreSQL", settings.Report);
    }

    /// <summary>The port on 127.0.0.1. It does not change while the cluster runs.</summary>
    public int Port { get; private set; }

    /// <summary>The postmaster's process number; null while it is being started again.</summary>
    public int? Pid => _server is { Gone.IsCompleted: false } server ? server.Pid : null;

    /// <summary>The installation in use.</summary>
    public string BinaryFolder => _binaries.Folder;

    /// <summary>How many times the server died and was started again.</summary>
    public int Restarts => _supervision.Restarts;

    public static Task<PostgresCluster> StartAsync(string directory, CancellationToken cancellationToken) =>
        StartAsync(directory, new PostgresSettings(), cancellationToken);

    /// <summary>Starts the cluster in a folder, making it if there is none; returns when it takes connections.</summary>
    /// <exception cref="ClusterException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<PostgresCluster> StartAsync(string directory, PostgresSettings settings, CancellationToken cancellationToken)
    {
        var account = await ServerAccount.ChooseAsync("PostgreSQL", "postgres", cancellationToken);
        var folder = await account.ReachableAsync(Path.GetFullPath(directory), settings.Report, cancellationToken);
        var files = new ClusterFiles(folder, account);
        var binaries = await PostgresBinaries.FindAsync(settings.InstallFolder ?? files.Installed, files.DataVersion, settings.Report, cancellationToken);
        if (files.DataVersion is null)
        {
            settings.Report($"making a database cluster in {folder}");
            await files.InitializeAsync(binaries, settings.Durable, cancellationToken);
        }

        var cluster = new PostgresCluster(settings, account, files, binaries, files.ReadPassword());
        try
        {
            await cluster.StartServerAsync(cancellationToken);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        if (settings.Supervised)
            cluster._supervision.Begin(() => (cluster._server!.Pid, cluster._server.Gone), cluster.StartServerAsync);
        return cluster;
    }

    /// <summary>Stops a server that a killed run left behind in the folder; false when there is none.</summary>
    public static async Task<bool> StopLeftoverAsync(string directory, CancellationToken cancellationToken)
    {
        var folder = ServerAccount.FolderInUse(Path.GetFullPath(directory));
        var files = new ClusterFiles(folder, new ServerAccount((string?)null));
        if (files.DataVersion is null || await PostgresServer.AdoptAsync(files.Data, cancellationToken) is not { } running)
            return false;
        var binaries = await PostgresBinaries.FindAsync(files.Installed, files.DataVersion, static _ => { }, cancellationToken);
        await running.StopAsync(binaries, files.Data);
        return true;
    }

    /// <summary>The server's newest log of the cluster in the folder; null when there is none.</summary>
    public static string? NewestLog(string directory) =>
        new ClusterFiles(ServerAccount.FolderInUse(Path.GetFullPath(directory)), new ServerAccount((string?)null)).NewestLog();

    /// <summary>The Npgsql connection string of a database of this cluster.</summary>
    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = ClusterFiles.User,
            Password = _password,
            Database = database,
        }.ConnectionString;

    /// <summary>Makes the database if it does not exist.</summary>
    public async Task EnsureDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = name } } };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        var quoted = '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
        await using var create = new NpgsqlCommand($"create database {quoted}", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Somebody else made it at the same moment.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _supervision.DisposeAsync();
        if (_server is not null)
            await _server.StopAsync(_binaries, _files.Data);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        if (await PostgresServer.AdoptAsync(_files.Data, cancellationToken) is { } running)
        {
            _settings.Report(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL still runs (pid {running.Pid}): using it"));
            _server = running;
            Port = running.Port;
        }
        else
        {
            // The port stays the same for those who are connected; only a first start may choose.
            if (Port == 0)
                Port = _files.ChoosePort(_settings.Report);
            try
            {
                _server = await PostgresServer.StartAsync(_binaries, _files, _account, _settings, Port, _lastLines.Add);
            }
            catch (Win32Exception exception)
            {
                throw new ClusterException($"{_binaries.Server} does not run: {exception.Message}", exception);
            }
        }

        await WaitUntilReadyAsync(_server, cancellationToken);
    }

    private async Task WaitUntilReadyAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(RecoveryPatience);
        while (true)
        {
            try
            {
                await using var connection = await ConnectAsync(patience.Token);
                return;
            }
            catch (NpgsqlException exception) when (exception.SqlState is null or PostgresErrorCodes.CannotConnectNow)
            {
                // Not listening yet, or still recovering.
                if (server.Gone.IsCompleted)
                    throw new ClusterException($"PostgreSQL did not start. Its last words:\n{LastWords()}", exception);
            }

            await Task.Delay(Poll, patience.Token);
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private string LastWords() => $"{_lastLines}\n{_files.LastLogLines()}";
}
