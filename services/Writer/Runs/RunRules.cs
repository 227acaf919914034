using StocksDapr.Contracts.Messages;

namespace StocksDapr.Writer.Runs;

/// <summary>What a message about a run needs in order to be kept.</summary>
internal static class RunRules
{
    /// <summary>What is wrong with it, null if nothing is.</summary>
    public static string? Unacceptable(RunEvent message, DateTimeOffset now) => message switch
    {
        { RunId: null or "" or { Length: > RunStore.MaxId } } => $"'runId' is a text of 1 to {RunStore.MaxId} characters.",
        RunStarted { Kind: null or "" } or RunStarted { Title: null or "" } => "'kind' and 'title' are needed.",
        RunStarted started => Unlikely("startedAt", started.StartedAt, now),
        RunStateChanged changed => Unlikely("at", changed.At, now),
        RunPlanned { Parts: < 0 } => "'parts' is not negative.",
        RunStep { Step: null or "" } or RunStep { Name: null or "" } => "'step' and 'name' are needed.",
        RunStep step when step.EndedAt is null != step.Outcome is null => "'endedAt' and 'outcome' come together.",
        RunStep { Symbols: { } symbols } when symbols.Any(symbol => symbol is not { Symbol.Length: > 0 }) => "Each of 'symbols' has a symbol.",
        RunStep step => Unlikely("startedAt", step.StartedAt, now) ?? Unlikely("at", step.At, now)
            ?? (step.EndedAt is { } end ? Unlikely("endedAt", end, now) : null),
        RunRequest { RequestId: null or "" } or RunRequest { Step: null or "" } or RunRequest { Provider: null or "" } =>
            "'requestId', 'step' and 'provider' are needed.",
        RunRequest { Credits: < 0 } => "'credits' is not negative.",
        RunRequest request => Unlikely("at", request.At, now),
        RunEnded ended => Unlikely("endedAt", ended.EndedAt, now),
        _ => null,
    };

    private static string? Unlikely(string name, DateTimeOffset instant, DateTimeOffset now) =>
        instant < DateTimeOffset.UnixEpoch || instant > now.AddDays(1) ? $"'{name}' is missing or in the future." : null;
}
