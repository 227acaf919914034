using System.CommandLine;
using StocksDapr.Sidecar.Commands.Daprd;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>sidecar</c>: one sidecar with daprd's own flags, until a signal. It reads its command line itself, since daprd's has rules of its own.</summary>
internal static class SidecarCommand
{
    public const string Name = "sidecar";

    private static readonly string Version = new SidecarOptions { AppId = "" }.RuntimeVersion;

    /// <summary>For the list of commands.</summary>
    public static Command Make() => new(Name, "Runs one sidecar with daprd's flags and environment, until Ctrl-C.") { TreatUnmatchedTokensAsErrors = false };

    /// <param name="arguments">What comes after the command.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        FlagValues flags;
        try
        {
            flags = FlagValues.Parse(arguments, DaprdFlags.All);
        }
        catch (FlagException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n{DaprdFlags.Usage()}");
            return ExitCodes.Usage;
        }

        if (flags.WantsHelp)
        {
            await Console.Error.WriteLineAsync(DaprdFlags.Usage());
            return ExitCodes.Done;
        }

        if (flags.Switch("version") || flags.Switch("build-info"))
        {
            Console.WriteLine(flags.Switch("version") ? Version : $"Version: {Version}\nStocksDapr development sidecar");
            return ExitCodes.Done;
        }

        return flags.Switch("wait") ? await OutboundWait.RunAsync(flags.Text("dapr-http-port")) : await RunAsync(flags);
    }

    private static async Task<int> RunAsync(FlagValues flags)
    {
        var level = DaprdLoggerProvider.LevelOf(flags.Text("log-level"));
        using var provider = new DaprdLoggerProvider(flags.Text("app-id"), Version, flags.Switch("log-as-json"), Console.Out, TimeProvider.System);
        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(level ?? LogLevel.Information)
            // Kestrel warns that it serves no HTTP/2 without TLS, which is not so here.
            .AddFilter("Microsoft", LogLevel.Error)
            .AddProvider(provider));
        var log = loggers.CreateLogger(Name);
        if (level is null)
        {
            log.Fatal($"undefined log output level: {flags.Text("log-level")}; it is debug, info, warn, error or fatal");
            return ExitCodes.Failed;
        }

        log.Starting(Version);
        foreach (var flag in flags.Given)
        {
            if (flag.Deprecated is { } instead) log.Deprecated(flag.Name, instead);
            if (flag.NoEffect is { } reason) log.NoEffect(flag.Name, reason);
        }

        try
        {
            return await new DaprdProcess(DaprdSettings.Read(flags, Environment.GetEnvironmentVariable), loggers).RunAsync();
        }
        catch (RunFailedException wrong)
        {
            log.Fatal(wrong.Message);
            return ExitCodes.Failed;
        }
    }
}
