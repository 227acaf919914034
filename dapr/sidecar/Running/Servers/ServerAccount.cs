using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Running.Servers;

/// <summary>
/// Whose account a private server runs under. A database or broker does not run as root (PostgreSQL refuses to), so root lends it the account that
/// its package brings (or makes one) and gives it its folder; everybody else runs it as themselves.
/// </summary>
/// <param name="Name">The account; null is the one that this process has.</param>
internal sealed record ServerAccount(string? Name)
{
    private const string Made = "stocksdapr";

    /// <summary>Where the folders live that the account cannot reach at the place asked for.</summary>
    private const string ReachableRoot = "/var/lib/stocksdapr";

    /// <param name="product">The server's name, for messages.</param>
    /// <param name="packaged">The account that the server's package brings.</param>
    /// <exception cref="RunFailedException">This process is root and there is no account for the server.</exception>
    public static async Task<ServerAccount> ChooseAsync(string product, string packaged, CancellationToken cancellationToken)
    {
        if (!UnixSignals.RunsAsRoot)
            return new ServerAccount((string?)null);
        foreach (var name in new[] { packaged, Made })
        {
            if ((await Tool.RunAsync(["id", "-u", name], cancellationToken)).Succeeded)
                return new ServerAccount(name);
        }

        var made = await Tool.RunAsync(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", Made], cancellationToken);
        return made.Succeeded
            ? new ServerAccount(Made)
            : throw new RunFailedException($"{product} does not run as root, and no account could be made for it. Run as an ordinary user. {made.Output}");
    }

    /// <summary>
    /// The folder to use for the one asked for: itself, or, when the account may not enter one of its parents (as below /root),
    /// a folder of its own under /var/lib.
    /// </summary>
    public async Task<string> ReachableAsync(string directory, Action<string> report, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        if (Name is null)
            return directory;
        await GiveAsync(directory, cancellationToken);
        if ((await Tool.RunAsync(["test", "-x", directory], cancellationToken, account: Name)).Succeeded)
            return directory;

        var elsewhere = Elsewhere(directory);
        Directory.CreateDirectory(elsewhere);
        await GiveAsync(elsewhere, cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(directory, "WHERE"),
            string.Create(CultureInfo.InvariantCulture, $"The account {Name} cannot enter this folder, so the server's data is in {elsewhere}\n"),
            cancellationToken);
        report($"the account {Name} cannot enter {directory}: the server's data is in {elsewhere}");
        return elsewhere;
    }

    /// <summary>The folder that the data asked for at a place really is in, for those who only look.</summary>
    public static string FolderInUse(string directory) =>
        UnixSignals.RunsAsRoot && !Directory.Exists(Path.Combine(directory, "data")) && Directory.Exists(Elsewhere(directory)) ? Elsewhere(directory) : directory;

    private static string Elsewhere(string directory) =>
        Path.Combine(ReachableRoot, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..16]);

    /// <summary>Makes the account the owner of a file or folder (not of what is in it).</summary>
    /// <exception cref="RunFailedException">The file system does not do that.</exception>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is null)
            return;
        if (await Tool.RunAsync(["chown", $"{Name}:", path], cancellationToken) is { Succeeded: false } failed)
            throw new RunFailedException($"{path} cannot be given to the account {Name}: {failed.Output}");
    }
}
