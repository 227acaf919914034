using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Runs;

/// <summary>The parts of a run that are about one symbol and have ended.</summary>
internal sealed record SymbolParts(string Symbol, long Parts, long Failed, long Bars, string? Detail)
{
    public static SymbolParts From(NpgsqlDataReader row) =>
        new(row.Text("symbol"), row.Long("parts"), row.Long("failed"), row.Long("bars"), row.TextOrNull("detail"));
}

/// <summary>What became of one symbol of a backfill.</summary>
/// <param name="Outcome">
/// <c>pending</c>: parts are still to come; <c>stored</c>; <c>empty</c>: the provider has no bars in the range; <c>incomplete</c>: some parts
/// failed; <c>failed</c>: all did.
/// </param>
/// <param name="Bars">Bars that the provider answered.</param>
/// <param name="Detail">What went wrong.</param>
internal sealed record BackfillSymbol(string Symbol, string Outcome, long Bars, string? Detail);

/// <summary>A range of bars that somebody asked for, and what has become of it.</summary>
/// <param name="State">running, paused, completed, failed or cancelled.</param>
/// <param name="Interval">As <paramref name="Provider"/>, <paramref name="From"/> and <paramref name="To"/>: what was asked for.</param>
/// <param name="Symbols">What became of each symbol; null in a list.</param>
internal sealed record Backfill(
    string Id,
    string State,
    string? Provider,
    string? Interval,
    string? From,
    string? To,
    int SymbolCount,
    RunParts Parts,
    RunRows Rows,
    RunCost Cost,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double? Seconds,
    string? Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BackfillSymbol>? Symbols)
{
    /// <param name="ended">The parts of each symbol that have ended; null to leave the symbols out.</param>
    public static Backfill Of(StoredRun stored, IReadOnlyList<SymbolParts>? ended)
    {
        var run = stored.Run;
        var asked = stored.Parameters is { ValueKind: JsonValueKind.Object } parameters ? parameters : JsonElement.Parse("{}");
        var symbols = asked.TryGetProperty("symbols", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(symbol => symbol.GetString() ?? "").ToList()
            : [];
        return new Backfill(
            run.Id, run.State, Text(asked, "provider"), Text(asked, "interval"), Text(asked, "from"), Text(asked, "to"), symbols.Count, run.Parts, run.Rows, run.Cost,
            run.StartedAt, run.EndedAt, run.Seconds, run.Detail, ended is null ? null : Outcomes(symbols, ended, Count(asked, "ranges"), run.State));
    }

    private static List<BackfillSymbol> Outcomes(List<string> symbols, IReadOnlyList<SymbolParts> ended, int ranges, string state)
    {
        var known = ended.ToDictionary(parts => parts.Symbol, StringComparer.Ordinal);
        return symbols.ConvertAll(symbol => known.TryGetValue(symbol, out var parts)
            ? new BackfillSymbol(symbol, Outcome(parts, ranges, state), parts.Bars, parts.Detail)
            : new BackfillSymbol(symbol, state is "running" or "paused" ? "pending" : "incomplete", 0, null));
    }

    private static string Outcome(SymbolParts parts, int ranges, string state)
    {
        if (parts.Parts < ranges)
            return state is "running" or "paused" ? "pending" : "incomplete";
        if (parts.Failed > 0)
            return parts.Failed == parts.Parts ? "failed" : "incomplete";
        return parts.Bars > 0 ? "stored" : "empty";
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Count(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.TryGetInt32(out var count) ? count : 0;
}
