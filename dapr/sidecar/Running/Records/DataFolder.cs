namespace StocksDapr.Sidecar.Running.Records;

/// <summary>The folder that holds everything a run keeps: the database, the broker, logs, secrets, and the record of who runs.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record DataFolder(string Path)
{
    public string Postgres => In("postgres");

    public string RabbitMq => In("rabbitmq");

    public string Logs => In("logs");

    /// <summary>Held by the runner as long as it lives.</summary>
    public string LockFile => In("run.lock");

    public string RecordFile => In("run.json");

    /// <summary>On Windows, which has no SIGTERM, this file asks the runner to stop.</summary>
    public string StopRequestFile => In("run.stop");

    public string RunnerLog => LogOf("runner");

    private string AdministratorKeyFile => In("local-admin-key");

    public string LogOf(string service) =>
        System.IO.Path.Combine(Logs, string.Concat(service.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_')) + ".log");

    /// <summary>The local administrator's key; null when none has been made yet.</summary>
    public string? FindAdministratorKey() => File.Exists(AdministratorKeyFile) ? File.ReadAllText(AdministratorKeyFile).Trim() : null;

    /// <summary>The local administrator's key: 32 random bytes, made on first use, readable by the owner alone.</summary>
    public string AdministratorKey()
    {
        if (FindAdministratorKey() is { Length: > 0 } known)
            return known;
        var key = OwnersFile.NewSecret();
        OwnersFile.Write(AdministratorKeyFile, key + "\n");
        return key;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
