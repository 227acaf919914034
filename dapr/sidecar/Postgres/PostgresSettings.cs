namespace StocksDapr.Sidecar.Postgres;

/// <summary>How the private cluster runs. The defaults suit a laptop with two cores that holds years of bars.</summary>
internal sealed record PostgresSettings
{
    /// <summary>Whether a commit waits for the disk. Only tests, whose data nobody misses, switch it off.</summary>
    public bool Durable { get; init; } = true;

    public int MaxConnections { get; init; } = 100;

    /// <summary>Start it again when it dies.</summary>
    public bool Supervised { get; init; } = true;

    /// <summary>Where a PostgreSQL that had to be installed goes; null is the cluster's own folder.</summary>
    public string? InstallFolder { get; init; }

    /// <summary>Told in a sentence what happens to the cluster: found, installed, started, died.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>The server's command line, beside the data folder.</summary>
    public IEnumerable<string> ServerArguments(int port, string logFolder)
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={port}",
            // TCP only: a socket's path below a deep folder would be too long, and /run/postgresql belongs to somebody else.
            "unix_socket_directories=",
            $"max_connections={MaxConnections}",
            "shared_buffers=128MB",
            "work_mem=16MB",
            "maintenance_work_mem=128MB",
            "effective_cache_size=1GB",
            "max_wal_size=2GB",
            "wal_compression=on",
            "checkpoint_timeout=15min",
            "random_page_cost=1.1",
            // Short queries: compiling them costs more than it saves.
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            // A week of logs, a file per day, written over a week later.
            "logging_collector=on",
            $"log_directory={logFolder}",
            "log_filename=postgresql-%a.log",
            "log_truncate_on_rotation=on",
            "log_rotation_age=1d",
            "log_rotation_size=0",
        ];
        string[] careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
        return (Durable ? settings : [.. settings, .. careless]).SelectMany(setting => new[] { "-c", setting });
    }
}
