using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace StocksDapr.Benchmarks.Load;

/// <summary>
/// The load generator wrk (Debian package <c>wrk</c>): it takes little of the two cores that it shares with what it measures.
/// </summary>
internal static partial class Wrk
{
    /// <param name="RequestsPerSecond">Answers per second, of any status.</param>
    /// <param name="P50">Median latency.</param>
    /// <param name="P99">99th percentile of latency.</param>
    /// <param name="Failed">Answers other than 2xx and 3xx, and socket errors.</param>
    internal sealed record Result(double RequestsPerSecond, TimeSpan P50, TimeSpan P90, TimeSpan P99, long Failed);

    /// <summary>Runs wrk against an address for some seconds; its own CPU may be pinned.</summary>
    public static async Task<Result> RunAsync(
        Uri address, int connections, int seconds, string? bearer = null, string? cpus = null, int threads = 1, CancellationToken cancellationToken = default)
    {
        List<string> arguments =
            ["--latency", "-t", Text(threads), "-c", Text(connections), "-d", $"{seconds}s", .. bearer is null ? Array.Empty<string>() : ["-H", $"Authorization: Bearer {bearer}"], address.ToString()];
        var start = cpus is null
            ? new ProcessStartInfo("wrk", arguments)
            : new ProcessStartInfo("taskset", ["-c", cpus, "wrk", .. arguments]);
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start; install Debian's package wrk.");
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return Parse(output);
    }

    private static Result Parse(string output)
    {
        var errors = SocketErrors().Match(output);
        var failed = Non2xx().Match(output) is { Success: true } bad ? long.Parse(bad.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        for (var i = 1; i < errors.Groups.Count; i++)
            failed += errors.Success ? long.Parse(errors.Groups[i].Value, CultureInfo.InvariantCulture) : 0;
        return new Result(
            double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture), Percentile(output, "50"), Percentile(output, "90"), Percentile(output, "99"), failed);
    }

    private static TimeSpan Percentile(string output, string percent)
    {
        var match = Regex.Match(output, $@"^\s+{percent}%\s+([\d.]+)(us|ms|s)\s*$", RegexOptions.Multiline);
        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" => TimeSpan.FromMicroseconds(value),
            "ms" => TimeSpan.FromMilliseconds(value),
            _ => TimeSpan.FromSeconds(value),
        };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"Non-2xx or 3xx responses:\s+(\d+)")]
    private static partial Regex Non2xx();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();
}
