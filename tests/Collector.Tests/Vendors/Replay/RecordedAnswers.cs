using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>
/// The answers to replay: our own, written in each vendor's form and part of this repository, and others that their owners do not let us ship, where there are
/// some: in the folder that the variable <c>STOCKS_RECORDED_RESPONSES</c> names, or in <c>shared/data/provider-responses</c> beside the repository's. A folder
/// has an <c>index.csv</c> with the columns <c>file, provider, endpoint, http_status, symbols</c> and whatever else.
/// </summary>
internal static partial class RecordedAnswers
{
    public static string OwnFolder => Path.Combine(AppContext.BaseDirectory, "Vendors", "Recordings");

    public static IReadOnlyList<RecordedAnswer> Own => In(OwnFolder);

    public static IReadOnlyList<RecordedAnswer> All => [.. Own, .. Directory.Exists(OtherFolder) ? In(OtherFolder) : []];

    private static string OtherFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("STOCKS_RECORDED_RESPONSES") is { Length: > 0 } named)
                return named;

            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "StocksDapr.sln")))
                folder = folder.Parent;
            return Path.Combine(folder?.Parent?.FullName ?? AppContext.BaseDirectory, "shared", "data", "provider-responses");
        }
    }

    private static List<RecordedAnswer> In(string folder)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, "index.csv"), Encoding.UTF8).Where(line => line.Length > 0).Select(Fields).ToList();
        var (file, vendor, endpoint, status, symbols) = (Column("file"), Column("provider"), Column("endpoint"), Column("http_status"), Column("symbols"));
        return
        [
            .. lines.Skip(1).Select(line => new RecordedAnswer(
                folder, line[file], line[vendor], line[endpoint], Statuses(line[status]), line[symbols].Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];

        int Column(string name) => lines[0].IndexOf(name) is >= 0 and var index ? index : throw new InvalidDataException($"{folder}/index.csv has no column '{name}'.");
    }

    private static List<int> Statuses(string text)
    {
        var statuses = Number().Matches(text).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
        return statuses.Count > 0 ? statuses : [200];
    }

    /// <summary>The fields of a line of CSV; none of them holds an end of line.</summary>
    private static List<string> Fields(string line) =>
        [.. Field().Matches(line).Select(match => match.Groups["quoted"].Success ? match.Groups["quoted"].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : match.Groups["plain"].Value)];

    [GeneratedRegex(@"\b\d{3}\b")]
    private static partial Regex Number();

    [GeneratedRegex("""(?:^|,)(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^,]*))""")]
    private static partial Regex Field();
}
