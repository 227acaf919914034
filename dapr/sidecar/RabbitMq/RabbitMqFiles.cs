using System.Globalization;
using StocksDapr.Sidecar.Running.Ports;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>
/// The folder of a private broker: <c>data</c> (messages, queues, users), <c>home</c> (the Erlang cookie), <c>log</c>, and files for the
/// password, the port and the settings. Everything is the account's alone.
/// </summary>
internal sealed class RabbitMqFiles(string folder, ServerAccount account)
{
    public const string User = "stocks";

    /// <summary>The broker's name. Its data are bound to it, so it must not have the machine's name in it, which may change.</summary>
    private const string Node = "stocks@localhost";

    private string Data => Path.Combine(folder, "data");

    private string Home => Path.Combine(folder, "home");

    private string Logs => Path.Combine(folder, "log");

    private string PasswordFile => Path.Combine(folder, "password");

    private string ConfigurationFile => Path.Combine(folder, "rabbitmq.conf");

    private string PluginsFile => Path.Combine(folder, "enabled_plugins");

    /// <summary>Says which processes run; see <see cref="RabbitMqServer"/>.</summary>
    public string ProcessesFile => Path.Combine(folder, "processes.json");

    public string Log => Path.Combine(Logs, "rabbitmq.log");

    public string Folder => folder;

    public int ChoosePort(Action<string> report) => RememberedPort.Choose(Path.Combine(folder, "port"), "RabbitMQ", report);

    public int ChooseManagementPort(Action<string> report) => RememberedPort.Choose(Path.Combine(folder, "management-port"), "RabbitMQ's management", report);

    /// <summary>Makes what is not there yet and returns the password.</summary>
    /// <exception cref="BrokerException">There are data, but not the password to them.</exception>
    public async Task<string> PrepareAsync(RabbitMqSettings settings, int? managementPort, CancellationToken cancellationToken)
    {
        if (!File.Exists(PasswordFile))
        {
            if (Directory.Exists(Data))
                throw new BrokerException($"There is a broker's data in {Data}, but its password file {PasswordFile} is gone. Put it back, or move {Data} away to begin anew.");
            OwnersFile.Write(PasswordFile, OwnersFile.NewSecret());
            await account.GiveAsync(PasswordFile, cancellationToken);
        }

        foreach (var part in new[] { Home, Logs })
        {
            Directory.CreateDirectory(part);
            await account.GiveAsync(part, cancellationToken);
        }

        var cookie = Path.Combine(Home, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            OwnersFile.Write(cookie, OwnersFile.NewSecret());
            await account.GiveAsync(cookie, cancellationToken);
        }

        var password = await File.ReadAllTextAsync(PasswordFile, cancellationToken);
        OwnersFile.Write(ConfigurationFile, Configuration(settings, managementPort, password));
        await account.GiveAsync(ConfigurationFile, cancellationToken);
        await File.WriteAllTextAsync(PluginsFile, managementPort is null ? "[].\n" : "[rabbitmq_management].\n", cancellationToken);

        // Last: data without a password are refused above.
        Directory.CreateDirectory(Data);
        await account.GiveAsync(Data, cancellationToken);
        return password;
    }

    /// <summary>The environment of the server: everything that it would otherwise take from the system's own broker, or from this process.</summary>
    public IReadOnlyDictionary<string, string?> Environment(int port, int epmdPort)
    {
        var environment = new Dictionary<string, string?>();
        foreach (string name in System.Environment.GetEnvironmentVariables().Keys)
        {
            if (name.StartsWith("RABBITMQ_", StringComparison.Ordinal) || name.StartsWith("ERL_", StringComparison.Ordinal))
                environment[name] = null;
        }

        foreach (var (name, value) in new (string, string)[]
        {
            ("HOME", Home),
            ("ERL_EPMD_PORT", Number(epmdPort)),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("ERL_CRASH_DUMP", Path.Combine(Logs, "erl_crash.dump")),
            ("RABBITMQ_CONF_ENV_FILE", Path.Combine(folder, "rabbitmq-env.conf")), // there is none: the system's is not ours
            ("RABBITMQ_ADVANCED_CONFIG_FILE", Path.Combine(folder, "advanced.config")), // nor this one
            ("RABBITMQ_CONFIG_FILE", ConfigurationFile),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", PluginsFile),
            ("RABBITMQ_NODENAME", Node),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_NODE_PORT", Number(port)),
            ("RABBITMQ_MNESIA_BASE", Data),
            ("RABBITMQ_MNESIA_DIR", Path.Combine(Data, "node")),
            ("RABBITMQ_LOG_BASE", Logs),
            ("RABBITMQ_LOGS", Log),
            ("RABBITMQ_PID_FILE", Path.Combine(Data, "pid")),
            // For rabbitmqctl. Its default is the other port and 20,000, which may be more than there are.
            ("RABBITMQ_DIST_PORT", Number(FreePorts.Next())),
            // Waiting threads sleep instead of spinning.
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"),
            // The script becomes the server instead of staying as its parent, so that a signal and a kill reach the server itself.
            ("RUNNING_UNDER_SYSTEMD", "true"),
        })
        {
            environment[name] = value;
        }

        return environment;
    }

    /// <summary>The end of the server's log.</summary>
    public string LastLogLines() => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(8)) : "";

    private static string Configuration(RabbitMqSettings settings, int? managementPort, string password) => string.Create(CultureInfo.InvariantCulture,
        $"""
        # Written at every start.
        default_user = {User}
        default_pass = {password}
        vm_memory_high_watermark.absolute = {settings.MemoryMebibytes}MiB
        # A week of logs, a file per day.
        log.console = false
        log.file.rotation.date = $D0
        log.file.rotation.count = 7
        {(managementPort is null ? "" : Management(managementPort.Value))}
        """);

    // Counts are shown soon after they change; rates, which nobody asks for, are not kept.
    private static string Management(int port) => string.Create(CultureInfo.InvariantCulture,
        $"""
        management.tcp.ip = 127.0.0.1
        management.tcp.port = {port}
        management.rates_mode = none
        collect_statistics_interval = 250

        """);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
