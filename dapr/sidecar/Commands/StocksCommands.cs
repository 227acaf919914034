using System.CommandLine;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

/// <summary>The command line: <c>./stocks up</c> and its siblings, and daprd's own flags for a sidecar alone.</summary>
internal static class StocksCommands
{
    private static readonly InvocationConfiguration Invocation = new()
    {
        // The commands end in order by themselves, however long that takes.
        ProcessTerminationTimeout = null,
        EnableDefaultExceptionHandler = false,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (AsSidecar(args) is { } flags) return await GuardAsync(() => SidecarCommand.RunAsync(flags));
        var parsed = Root().Parse(args);
        var code = await GuardAsync(() => parsed.InvokeAsync(Invocation));
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    public static RootCommand Root() => new("Runs the stock-market data platform on one machine.")
    {
        UpCommand.Make(),
        DownCommand.Make(),
        StatusCommand.Make(),
        LogsCommand.Make(),
        TokenCommand.Make(),
        ImportCommand.Make(),
        ReplayCommand.Make(),
        TestCommand.Make(),
        SidecarCommand.Make(),
    };

    /// <summary>The flags of a sidecar; null when another command is meant. Started with daprd's flags and no command, this program is a daprd.</summary>
    internal static string[]? AsSidecar(string[] args) => args switch
    {
        [SidecarCommand.Name, .. var flags] => flags,
        ["--help" or "-h" or "-?" or "--version", ..] => null,
        [['-', ..], ..] => args,
        _ => null,
    };

    /// <summary>Says what a person can act on in a sentence, without a stack trace.</summary>
    private static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (RunFailedException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }
}
