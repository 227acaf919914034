using System.Text.Json.Nodes;

namespace StocksDapr.Conformance;

/// <summary>The recordings: cases by area, setups by name.</summary>
internal static class Recording
{
    /// <summary>Folder of the recordings beside the tests.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Recordings");

    public static JsonObject Setups { get; } = Read("setups.json");

    /// <summary>Requests that a shared setup had seen before a case, by the case: they belong to cases that are not among the recordings.</summary>
    public static JsonObject Before { get; } = Read("before.json");

    /// <summary>The areas that are replayed.</summary>
    public static IReadOnlyList<string> Areas { get; } =
        [.. File.ReadLines(Path.Combine(Folder, "areas.txt")).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];

    /// <summary>What there is. Placement and scheduler are real daprd's: whoever replays against it starts them.</summary>
    private static readonly HashSet<string> Services = ["postgres", "rabbitmq", "placement", "scheduler"];

    /// <summary>The conversations of area <c>workflow</c>, which have a form of their own; those that are not meant for comparison are left out.</summary>
    public static IReadOnlyList<JsonObject> Conversations { get; } =
        [.. Read("workflow.json")["cases"]!.AsArray().Select(node => node!.AsObject()).Where(node => node["loose"]?.GetValue<bool>() != true)];

    /// <summary>The cases of an area whose services this harness has, in recorded order.</summary>
    public static IReadOnlyList<RecordedCase> Cases(string area) =>
        [.. Read(area + ".json")["cases"]!.AsArray().Select(node => new RecordedCase(node!.AsObject())).Where(IsReplayed)];

    /// <summary>The cases of some areas, for a theory.</summary>
    public static TheoryData<string, string> TheoryOf(IEnumerable<string> areas, Func<RecordedCase, bool>? isWanted = null)
    {
        var cases = new TheoryData<string, string>();
        foreach (var area in areas)
        {
            foreach (var recorded in Cases(area).Where(isWanted ?? (static _ => true))) cases.Add(area, recorded.Id);
        }

        return cases;
    }

    private static bool IsReplayed(RecordedCase recorded) =>
        recorded.Services.All(Services.Contains);

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.AsObject();
}

/// <summary>One recorded case.</summary>
internal sealed class RecordedCase(JsonObject json)
{
    public string Id { get; } = json["id"]!.GetValue<string>();

    public string Setup { get; } = json["needs"]!["setup"]!.GetValue<string>();

    /// <summary>What must run for it besides sidecars.</summary>
    public IReadOnlyList<string> Services => [.. (Recording.Setups[Setup]!["services"]?.AsArray() ?? []).Select(service => service!.GetValue<string>())];

    public bool IsAlone { get; } = json["needs"]!["alone"]?.GetValue<bool>() == true;

    public bool CountsFromStart { get; } = json["fromStart"]?.GetValue<bool>() == true;

    public JsonArray Steps { get; } = json["steps"]!.AsArray();

    /// <summary>What was observed, by the step's number.</summary>
    public IReadOnlyDictionary<int, JsonObject> Observed { get; } =
        (json["observed"]?.AsArray() ?? []).ToDictionary(entry => entry!["step"]!.GetValue<int>(), entry => entry!.AsObject());

    /// <summary>How values are compared, by JSON pointer.</summary>
    public IReadOnlyDictionary<string, string> Ignore { get; } =
        (json["ignore"]?.AsObject() ?? []).ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<string>());
}
