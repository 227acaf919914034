using System.CommandLine;
using System.Globalization;
using StocksDapr.Sidecar.Postgres;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>logs</c>: the end of the log of one part of the run, or of all.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static Command Make()
    {
        var app = new Argument<string?>("app") { Description = "An application, or `sidecars`, `runner`, `postgres`, `rabbitmq`. Default: all applications.", Arity = ArgumentArity.ZeroOrOne };
        var data = Places.DataOption();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as lines are added, until Ctrl-C." };
        var lines = new Option<int>("--lines", "-n") { Description = "How many lines of each log.", DefaultValueFactory = _ => 50, HelpName = "N" };
        lines.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number < 0)
                result.AddError("--lines takes 0 or more.");
        });
        var command = new Command("logs", "Shows logs.") { app, data, follow, lines };
        command.SetAction((parsed, cancellationToken) =>
            ShowAsync(Places.FindData(parsed.GetValue(data)), parsed.GetValue(app), parsed.GetValue(lines), parsed.GetValue(follow), cancellationToken));
        return command;
    }

    private static async Task<int> ShowAsync(DataFolder data, string? app, int lines, bool follow, CancellationToken cancellationToken)
    {
        var files = Files(data, app);
        var tails = files.Select(file => new LogTail(file, fromEnd: true)).ToList();
        try
        {
            foreach (var file in files)
            {
                foreach (var line in Last(file, lines))
                    Console.WriteLine(line);
            }

            while (follow)
            {
                foreach (var tail in tails)
                    tail.CopyTo(Console.Out);
                await Task.Delay(Poll, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (follow)
        {
            // Ctrl-C is how following ends.
        }
        finally
        {
            tails.ForEach(tail => tail.Dispose());
        }

        return ExitCodes.Done;
    }

    private static List<string> Files(DataFolder data, string? app)
    {
        var known = Directory.Exists(data.Logs)
            ? Directory.GetFiles(data.Logs, "*.log").Where(file => !Path.GetFileNameWithoutExtension(file).Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList()
            : [];
        if (app is null)
            return known.Count > 0 ? known : throw new RunFailedException($"There are no logs in {data.Logs}: nothing has run yet.");
        var file = app switch
        {
            Leftovers.PostgresName => PostgresCluster.NewestLog(data.Postgres),
            Leftovers.RabbitMqName => RabbitMqBroker.LogIn(data.RabbitMq),
            _ => data.LogOf(app),
        };
        if (file is not null && File.Exists(file))
            return [file];
        var names = known.Select(Path.GetFileNameWithoutExtension).Append(Leftovers.PostgresName)
            .Concat(File.Exists(RabbitMqBroker.LogIn(data.RabbitMq)) ? [Leftovers.RabbitMqName] : []);
        throw new RunFailedException($"There is no log of {app}. There are: {string.Join(", ", names)}.");
    }

    /// <summary>The last lines, also from the part that was rotated away last when the current one is too short.</summary>
    private static IEnumerable<string> Last(string file, int lines)
    {
        var current = ReadLines(file).TakeLast(lines).ToList();
        var older = RotatingLog.Older(file, 1);
        return current.Count < lines && File.Exists(older) ? ReadLines(older).TakeLast(lines - current.Count).Concat(current) : current;
    }

    private static IEnumerable<string> ReadLines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
