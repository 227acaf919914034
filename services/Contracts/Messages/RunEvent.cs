using System.Text.Json;
using System.Text.Json.Serialization;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// Something that happened in a run: one execution of a schedule, a backfill or an end of day. The messages may arrive in any order and more
/// than once: each has a natural key, says everything about it, and carries totals, never increments.
/// </summary>
/// <param name="RunId">The run's id, which is also its workflow's.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunStarted), "started")]
[JsonDerivedType(typeof(RunStateChanged), "state")]
[JsonDerivedType(typeof(RunPlanned), "planned")]
[JsonDerivedType(typeof(RunStep), "step")]
[JsonDerivedType(typeof(RunRequest), "request")]
[JsonDerivedType(typeof(RunEnded), "ended")]
public abstract record RunEvent(string RunId);

/// <summary>The run has begun. Key: the run.</summary>
/// <param name="Kind">One of <see cref="RunKinds"/>.</param>
/// <param name="Title">What is done, in a few words.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="DueAt">When it was to begin (UTC); null for what somebody asked for.</param>
/// <param name="Parameters">What it was asked to do: an object, as its kind has it.</param>
public sealed record RunStarted(
    string RunId, string Kind, string Title, DateTimeOffset StartedAt, DateTimeOffset? DueAt = null, JsonElement? Parameters = null) : RunEvent(RunId);

/// <summary>Somebody has paused the run, or let it go on. Key: the run; the latest <paramref name="At"/> counts.</summary>
public sealed record RunStateChanged(string RunId, RunState State, DateTimeOffset At) : RunEvent(RunId);

/// <summary>It is known how much there is to do. Key: the run.</summary>
/// <param name="Parts">Requests to providers that the run is divided into, if all goes well.</param>
public sealed record RunPlanned(string RunId, int Parts) : RunEvent(RunId);

/// <summary>
/// A step of a run, said when it begins and again when it has ended. Key: run and <paramref name="Step"/>; what says the end counts, the
/// earliest of several.
/// </summary>
/// <param name="Step">Names the step within its run, such as <c>part-17</c>.</param>
/// <param name="Number">Its place among the steps.</param>
/// <param name="Name">What is done, in a few words.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="At">When this was said (UTC).</param>
/// <param name="EndedAt">UTC; null while it goes on.</param>
/// <param name="Outcome">Null while it goes on.</param>
/// <param name="Detail">What came of it, or what went wrong, in a sentence.</param>
/// <param name="Part">The step is one of the run's parts.</param>
/// <param name="Symbols">What became of each symbol that the step is about.</param>
public sealed record RunStep(
    string RunId,
    string Step,
    int Number,
    string Name,
    DateTimeOffset StartedAt,
    DateTimeOffset At,
    DateTimeOffset? EndedAt = null,
    StepOutcome? Outcome = null,
    string? Detail = null,
    bool Part = false,
    IReadOnlyList<StepSymbol>? Symbols = null) : RunEvent(RunId);

/// <summary>What became of a symbol in a step.</summary>
/// <param name="Bars">Bars that the provider answered.</param>
/// <param name="Detail">Why nothing is stored, in a sentence; null otherwise.</param>
public sealed record StepSymbol(string Symbol, SymbolOutcome Outcome, int Bars = 0, string? Detail = null);

/// <summary>A request to a provider has been made, answered or not. Key: run and <paramref name="RequestId"/>.</summary>
/// <param name="Credits">What the provider charges for it, in its own unit.</param>
/// <param name="Error">Why there is no answer; null if there is one.</param>
public sealed record RunRequest(
    string RunId, string RequestId, string Step, string Provider, DateTimeOffset At, int Credits, string? Error = null) : RunEvent(RunId);

/// <summary>
/// The run is over. Key: the run. What the run itself says counts, the earliest of several; where it could not say anything, what was
/// observed from outside.
/// </summary>
/// <param name="EndedAt">UTC.</param>
/// <param name="Detail">What came of it, or what went wrong, in a sentence.</param>
/// <param name="Summary">An object, as the run's kind has it.</param>
/// <param name="Observed">Not said by the run: its workflow was found to have ended.</param>
public sealed record RunEnded(
    string RunId, DateTimeOffset EndedAt, RunOutcome Outcome, string? Detail = null, JsonElement? Summary = null, bool Observed = false) : RunEvent(RunId);

/// <summary>Why a run came to be.</summary>
public static class RunKinds
{
    /// <summary>The schedule found bars due.</summary>
    public const string Collection = "collection";

    /// <summary>The schedule found instruments and corporate actions due.</summary>
    public const string Reference = "reference";

    /// <summary>Somebody asked for a range of bars.</summary>
    public const string Backfill = "backfill";

    /// <summary>A session has ended.</summary>
    public const string EndOfDay = "end-of-day";

    /// <summary>Bars of a session that has ended were compared with what a second provider says.</summary>
    public const string CrossCheck = "cross-check";

    /// <summary>Option chains came due.</summary>
    public const string Options = "options";

    public static IReadOnlyList<string> All { get; } = [Collection, Reference, Backfill, EndOfDay, CrossCheck, Options];
}

/// <summary>The state of a run that has not ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("paused")] Paused,
}

/// <summary>How a run ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>It has done what it could; what could not be had is in its steps.</summary>
    [JsonStringEnumMemberName("completed")] Completed,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>How a step ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepOutcome>))]
public enum StepOutcome
{
    [JsonStringEnumMemberName("completed")] Completed,

    /// <summary>Done for some symbols, not for others.</summary>
    [JsonStringEnumMemberName("incomplete")] Incomplete,
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>What became of a symbol in a step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SymbolOutcome>))]
public enum SymbolOutcome
{
    /// <summary>Every bar that the provider answered is in the database or in quarantine.</summary>
    [JsonStringEnumMemberName("stored")] Stored,

    /// <summary>The provider has no bars in this range.</summary>
    [JsonStringEnumMemberName("empty")] Empty,

    /// <summary>The provider answered, and Writer never said that it has stored it.</summary>
    [JsonStringEnumMemberName("unconfirmed")] Unconfirmed,

    /// <summary>The provider gave no answer, or said that it does not have the symbol.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Bars are missing that the calendar expects.</summary>
    [JsonStringEnumMemberName("missing")] Missing,
}
