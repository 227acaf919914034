using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Commands.Tests;

/// <summary>The Debian packages that the tests use; installed when they are missing and this user may install.</summary>
internal static class TestPackages
{
    private static readonly (string Package, Func<bool> IsThere)[] Needed =
    [
        ("nodejs", () => Tool.Find("node") is not null),
        ("npm", () => Tool.Find("npm") is not null),
        ("postgresql", () => Tool.Find("pg_config") is not null || Directory.Exists("/usr/lib/postgresql")),
        ("rabbitmq-server", () => Tool.Find("rabbitmq-server") is not null || Directory.Exists("/usr/lib/rabbitmq")),
    ];

    /// <exception cref="RunFailedException">They could not be installed.</exception>
    public static async Task InstallMissingAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var missing = Needed.Where(need => !need.IsThere()).Select(need => need.Package).ToArray();
        if (missing.Length == 0 || Tool.Find("apt-get") is null)
            return; // Elsewhere the runner gets PostgreSQL by itself (npm).

        string[]? root = UnixSignals.RunsAsRoot ? [] : await MaySudoAsync(cancellationToken) ? ["sudo", "-n"] : null;
        if (root is null)
        {
            report($"not installed, since this user may not: {string.Join(", ", missing)} (PostgreSQL comes from npm instead; tests on RabbitMQ fail without it)");
            return;
        }

        report($"installing {string.Join(", ", missing)}");
        string[] install = [.. root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", "--no-install-recommends", .. missing];
        if ((await Tool.RunAsync(install, cancellationToken)).Succeeded)
            return;
        await Tool.RunAsync([.. root, "apt-get", "update"], cancellationToken);
        if (await Tool.RunAsync(install, cancellationToken) is { Succeeded: false } failed)
            throw new RunFailedException($"{string.Join(", ", missing)} could not be installed:\n{failed.Output}");
    }

    private static async Task<bool> MaySudoAsync(CancellationToken cancellationToken) =>
        (await Tool.RunAsync(["sudo", "-n", "true"], cancellationToken)).Succeeded;
}
