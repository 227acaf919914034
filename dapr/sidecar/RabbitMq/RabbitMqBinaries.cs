using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>The programs of an installed RabbitMQ.</summary>
/// <param name="Server">The script <c>rabbitmq-server</c> that comes with RabbitMQ itself (not a packager's wrapper that insists on the system's own broker).</param>
/// <param name="Epmd">Erlang's port mapper, which a broker asks for its name.</param>
internal sealed record RabbitMqBinaries(string Server, string Epmd)
{
    /// <summary>Names the folder of <c>rabbitmq-server</c> to use, before anything that is found.</summary>
    public const string FolderVariable = "STOCKS_RABBITMQ_BIN";

    private const string Remedy =
        "Install it (Debian: apt-get install rabbitmq-server; macOS: brew install rabbitmq), "
        + "or name the URL of a broker that runs already in STOCKS_RABBITMQ: amqp://user:password@host:5672.";

    /// <summary>Where packages put the script: Debian and Red Hat, Homebrew on both kinds of Mac.</summary>
    private static readonly string[] Known = ["/usr/lib/rabbitmq/bin", "/opt/homebrew/opt/rabbitmq/sbin", "/usr/local/opt/rabbitmq/sbin"];

    private static readonly string[] KnownErlangs = ["/usr/lib/erlang/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/local/lib/erlang/bin", "/usr/lib64/erlang/bin"];

    /// <exception cref="BrokerException">There is none.</exception>
    public static RabbitMqBinaries Find()
    {
        if (OperatingSystem.IsWindows())
            throw new BrokerException($"A RabbitMQ of the run's own is not started on Windows. {Remedy}");
        return new RabbitMqBinaries(FindServer(), FindEpmd());
    }

    private static string FindServer()
    {
        const string Name = "rabbitmq-server";
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
        {
            var chosen = Path.Combine(named, Name);
            return File.Exists(chosen) ? chosen : throw new BrokerException($"{FolderVariable} is {named}, but there is no {Name} in it.");
        }

        return Known.Select(folder => Path.Combine(folder, Name)).FirstOrDefault(File.Exists)
            ?? Tool.Find(Name)
            ?? throw new BrokerException($"The components of this run want RabbitMQ, and none is installed. {Remedy}");
    }

    private static string FindEpmd() =>
        Tool.Find("epmd")
        ?? KnownErlangs.Select(folder => Path.Combine(folder, "epmd")).FirstOrDefault(File.Exists)
        ?? throw new BrokerException($"RabbitMQ is installed, but Erlang's epmd is not in PATH. {Remedy}");
}
