using System.Text.RegularExpressions;

namespace StocksDapr.JavaScript;

/// <summary>Runs the tests beside this file, each of which shows here by its own name.</summary>
public sealed partial class JavaScriptTests(NodeRun run) : IClassFixture<NodeRun>
{
    public static TheoryData<string> Names() =>
        [.. Directory.GetFiles(NodeRun.Folder, "*.test.mjs").SelectMany(file => TestName().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value))];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_official_JavaScript_SDK_works_with_the_sidecar(string name) => run.ProblemOf(name).Should().BeNull();

    [GeneratedRegex("""^test\("(?<name>[^"]+)""", RegexOptions.Multiline)]
    private static partial Regex TestName();
}
