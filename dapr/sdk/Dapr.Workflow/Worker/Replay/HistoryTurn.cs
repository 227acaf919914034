namespace Dapr.Workflow.Worker.Replay;

/// <summary>The events of one turn.</summary>
/// <param name="First">Index of its first event.</param>
/// <param name="End">Index behind its last event.</param>
/// <param name="IsPast">Whether it has been answered before.</param>
/// <param name="Runs">Whether code runs in it; otherwise its events wait for the next turn that does.</param>
/// <param name="Patches">How many of the recorded patches had been met by its end.</param>
internal readonly record struct HistoryTurn(int First, int End, bool IsPast, bool Runs, int Patches);
