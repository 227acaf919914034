using System.CommandLine;
using System.Diagnostics;
using StocksDapr.Sidecar.Commands.Tests;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>test</c>: gets what the tests need and runs them all. The last line is <c>N passed, N failed</c>.</summary>
internal static class TestCommand
{
    public static Command Make()
    {
        var noInstall = new Option<bool>("--no-install") { Description = "Do not install packages that the tests need." };
        var command = new Command("test", "Gets what the tests need and runs all of them. Further arguments go to `dotnet test`.")
        {
            noInstall,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellationToken) => RunAsync(!parsed.GetValue(noInstall), parsed.UnmatchedTokens, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool install, IReadOnlyList<string> further, CancellationToken cancellationToken)
    {
        if (install)
            await TestPackages.InstallMissingAsync(Console.WriteLine, cancellationToken);
        var clock = Stopwatch.StartNew();
        var tally = new TestTally();
        // All at once would let the tests with deadlines fight over the processors: build in parallel, test one project after the other.
        var code = await DotnetAsync(["build", "StocksDapr.sln", "--configuration", "Release", "--verbosity", "quiet", "--nologo", "-nodeReuse:false"], tally.Build, cancellationToken);
        if (code == 0)
        {
            Console.WriteLine($"built in {clock.Elapsed.TotalSeconds:0} s");
            code = await DotnetAsync(
                ["test", "StocksDapr.sln", "--configuration", "Release", "--no-build", "--nologo", "--verbosity", "quiet", "--logger", "console;verbosity=minimal", "-maxcpucount:1", .. further],
                tally.Test, cancellationToken);
        }

        Console.WriteLine(tally.Summary(code));
        return code == 0 && tally.Failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<int> DotnetAsync(IReadOnlyList<string> arguments, Func<string, string?> show, CancellationToken cancellationToken)
    {
        await using var dotnet = await ChildProcess.StartAsync(new ChildProcessStart
        {
            Command = ["dotnet", .. arguments],
            WorkingDirectory = Places.Root,
            OnLine = line =>
            {
                if (show(line) is { } text)
                    Console.WriteLine(text);
            },
        });
        return await dotnet.Exited.WaitAsync(cancellationToken);
    }
}
