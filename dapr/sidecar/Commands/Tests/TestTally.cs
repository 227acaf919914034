using System.Globalization;
using System.Text.RegularExpressions;

namespace StocksDapr.Sidecar.Commands.Tests;

/// <summary>Reads what <c>dotnet test</c> prints: counts, and keeps from the noise what a person wants to see.</summary>
internal sealed partial class TestTally
{
    private readonly HashSet<string> _errors = [];
    private readonly Lock _gate = new();

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    /// <summary>What to show of a line of the compiler: each error once.</summary>
    public string? Build(string line)
    {
        lock (_gate)
            return line.Contains("error", StringComparison.OrdinalIgnoreCase) && !line.TrimStart().StartsWith("0 Error", StringComparison.Ordinal) && _errors.Add(line.Trim()) ? line : null;
    }

    /// <summary>What to show of a line of the tests: failures whole, a line per project.</summary>
    public string? Test(string line)
    {
        if (Noise().IsMatch(line))
            return null;
        if (ProjectResult().Match(line) is not { Success: true } result)
            return line;
        lock (_gate)
        {
            var (failed, passed, skipped) = (Number("failed"), Number("passed"), Number("skipped"));
            (Failed, Passed, Skipped) = (Failed + failed, Passed + passed, Skipped + skipped);
            var beside = (failed > 0 ? $", {failed} FAILED" : "") + (skipped > 0 ? $", {skipped} skipped" : "");
            return string.Create(CultureInfo.InvariantCulture, $"{result.Groups["project"].Value,-28} {passed,5} passed{beside}  ({result.Groups["time"].Value})");
        }

        int Number(string name) => int.Parse(result.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>The last line. A run that ended badly without a failed test (it crashed, or did not compile) counts as one failure.</summary>
    public string Summary(int exitCode)
    {
        lock (_gate)
        {
            if (exitCode != 0 && Failed == 0)
                Failed = 1;
            return string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed");
        }
    }

    [GeneratedRegex(@"^\s*$|^Test run for |^A total of \d+ test files|^VSTest version|^Starting test execution|^Microsoft \(R\)|^Copyright")]
    private static partial Regex Noise();

    [GeneratedRegex(@"^(Passed|Failed|Skipped)!\s+- Failed:\s*(?<failed>\d+), Passed:\s*(?<passed>\d+), Skipped:\s*(?<skipped>\d+), Total:\s*\d+, Duration: (?<time>.+?) - (StocksDapr\.)?(?<project>.+?)\.dll")]
    private static partial Regex ProjectResult();
}
