using System.Text.Json;
using Npgsql;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Runs;

/// <param name="Total">Null until it is known, or where there are none.</param>
/// <param name="Done">Those that have ended, whatever came of them.</param>
/// <param name="Failed">Those of them that lack something.</param>
internal sealed record RunParts(int? Total, long Done, long Failed);

/// <summary>What became of the bars that providers answered, as Writer counted when it stored them.</summary>
/// <param name="Stored">Inserted and revised together.</param>
internal sealed record RunRows(long Received, long Stored, long Inserted, long Revised, long Unchanged, long Quarantined, long Repeated);

/// <param name="Requests">Requests to providers, answered or not.</param>
/// <param name="Credits">What the providers charge for them, in their own unit.</param>
internal sealed record RunCost(long Requests, long Credits);

/// <summary>One execution of a schedule, a backfill or an end of day.</summary>
/// <param name="Kind">collection, reference, backfill or end-of-day; null for a moment, until the message of its start has come.</param>
/// <param name="State">running, paused, completed, failed or cancelled.</param>
/// <param name="DueAt">When it was to begin; null for what somebody asked for.</param>
/// <param name="Seconds">From start to end; null while it goes on.</param>
/// <param name="Detail">What came of it, or what went wrong.</param>
internal sealed record Run(
    string Id,
    string? Kind,
    string? Title,
    string State,
    DateTimeOffset? DueAt,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double? Seconds,
    string? Detail,
    RunParts Parts,
    RunRows Rows,
    RunCost Cost)
{
    public static Run From(NpgsqlDataReader row)
    {
        var (started, ended) = (row.Instant("started_at"), row.InstantOrNull("ended_at"));
        var (inserted, revised) = (row.Long("inserted"), row.Long("revised"));
        return new Run(
            row.Text("id"),
            row.TextOrNull("kind"),
            row.TextOrNull("title"),
            row.TextOrNull("outcome") ?? row.TextOrNull("state") ?? "running",
            row.InstantOrNull("due_at"),
            started,
            ended,
            Duration(started, ended),
            row.TextOrNull("detail"),
            new RunParts(row.IntegerOrNull("parts"), row.Long("parts_done"), row.Long("parts_failed")),
            new RunRows(row.Long("received"), inserted + revised, inserted, revised, row.Long("unchanged"), row.Long("quarantined"), row.Long("repeated")),
            new RunCost(row.Long("requests"), row.Long("credits")));
    }

    /// <summary>Two clocks may have said the two ends, so it is never less than nothing.</summary>
    public static double? Duration(DateTimeOffset started, DateTimeOffset? ended) =>
        ended is { } end ? Math.Round(Math.Max(0, (end - started).TotalSeconds), 3) : null;
}

/// <summary>A step of a run.</summary>
/// <param name="State">running, completed, incomplete or failed; abandoned when its run has ended without it.</param>
/// <param name="Symbols">What became of each symbol: an array of objects with symbol, outcome, bars and, where something went wrong, detail.</param>
internal sealed record Step(
    string Id, string Name, string State, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double? Seconds, string? Detail, JsonElement? Symbols)
{
    public static (Step Step, int Number) From(NpgsqlDataReader row, bool runHasEnded)
    {
        var (started, ended) = (row.Instant("started_at"), row.InstantOrNull("ended_at"));
        var step = new Step(
            row.Text("step"),
            row.Text("name"),
            // A step that a cancelled run left behind goes on no more.
            row.TextOrNull("outcome") ?? (runHasEnded ? "abandoned" : "running"),
            started,
            ended,
            Run.Duration(started, ended),
            row.TextOrNull("detail"),
            RunDetail.Json(row.TextOrNull("symbols")));
        return (step, row.Integer("number"));
    }
}

/// <summary>A run with its steps, as many as fit into a page.</summary>
/// <param name="Parameters">What it was asked to do.</param>
/// <param name="Summary">What came of it, as its kind has it.</param>
/// <param name="Next">The cursor of the next page of steps; null if this is the last.</param>
internal sealed record RunDetail(
    string Id,
    string? Kind,
    string? Title,
    string State,
    DateTimeOffset? DueAt,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double? Seconds,
    string? Detail,
    RunParts Parts,
    RunRows Rows,
    RunCost Cost,
    JsonElement? Parameters,
    JsonElement? Summary,
    IReadOnlyList<Step> Steps,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)] string? Next)
{
    public static RunDetail Of(StoredRun stored, ListPage<Step> steps) => new(
        stored.Run.Id, stored.Run.Kind, stored.Run.Title, stored.Run.State, stored.Run.DueAt, stored.Run.StartedAt, stored.Run.EndedAt, stored.Run.Seconds,
        stored.Run.Detail, stored.Run.Parts, stored.Run.Rows, stored.Run.Cost, stored.Parameters, stored.Summary, steps.Items, steps.Next);

    public static JsonElement? Json(string? text) => text is null ? null : JsonElement.Parse(text);
}

/// <summary>A run with what only some answers show of it.</summary>
internal sealed record StoredRun(Run Run, DateTimeOffset RecordedAt, JsonElement? Parameters, JsonElement? Summary)
{
    public static StoredRun From(NpgsqlDataReader row) => new(
        Run.From(row), row.Instant("recorded_at"), RunDetail.Json(row.TextOrNull("parameters")), RunDetail.Json(row.TextOrNull("summary")));
}
