using System.Globalization;
using StocksDapr.Sidecar.Postgres;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Support;

/// <summary>The folders of the servers that tests start. What a killed test process left behind is stopped and removed by the next one.</summary>
internal static class ServerFolder
{
    /// <summary>Parts of a folder by the server in them.</summary>
    public const string Postgres = "postgres";

    /// <inheritdoc cref="Postgres"/>
    public const string RabbitMq = "rabbitmq";

    private const string OwnerFile = "owner";
    private const string Prefix = "stocksdapr-tests-";

    /// <summary>Above all of them; what tests may share between processes is here, too.</summary>
    public static string Root { get; } = Path.Combine(Path.GetTempPath(), "stocksdapr-tests");

    /// <summary>Makes a folder that belongs to this process.</summary>
    public static async Task<string> CreateAsync()
    {
        Directory.CreateDirectory(Root);
        await RemoveLeftoversAsync();
        var folder = Path.Combine(Root, Prefix + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        var me = ProcessIdentity.Current;
        await File.WriteAllTextAsync(Path.Combine(folder, OwnerFile), $"{me.Pid} {me.Began}");
        return folder;
    }

    private static async Task RemoveLeftoversAsync()
    {
        foreach (var folder in Directory.GetDirectories(Root, Prefix + "*"))
        {
            try
            {
                var owner = Path.Combine(folder, OwnerFile);
                if (!File.Exists(owner) || (await File.ReadAllTextAsync(owner)).Split(' ') is not [var pid, var began])
                    continue;
                if (new ProcessIdentity(int.Parse(pid, CultureInfo.InvariantCulture), began).IsAlive)
                    continue;
                if (PostmasterFile.ReadRunning(Path.Combine(folder, Postgres, "data")) is { } server)
                    UnixSignals.Send(server.Pid, UnixSignal.Kill);
                await RabbitMqBroker.StopLeftoverAsync(Path.Combine(folder, RabbitMq), CancellationToken.None);
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // Another test process removes it at this moment, or the server still writes: the next run takes it away.
            }
        }
    }
}
