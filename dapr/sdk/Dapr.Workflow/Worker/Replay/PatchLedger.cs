using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// Which patches of the code are in place. Each turn tells the engine every patch that the replay met, in order; the engine writes the new ones into the history, and from then on
/// each replay must begin with the same ones.
/// </summary>
internal sealed class PatchLedger(IReadOnlyList<string> recorded)
{
    private readonly HashSet<string> _recorded = new(recorded, StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);
    private readonly List<string> _met = [];

    /// <summary>Patches that this replay met and that are in place, with repetitions.</summary>
    public IReadOnlyList<string> Met => _met;

    public bool IsInPlace(string patch, bool replaying)
    {
        if (!_answers.TryGetValue(patch, out var inPlace))
            _answers.Add(patch, inPlace = _recorded.Contains(patch) || !replaying);
        if (inPlace)
            _met.Add(patch);
        return inPlace;
    }

    /// <summary>What is wrong with the code when the history has patches that it does not have, or not in this order; null when all is well.</summary>
    /// <param name="count">How many of the recorded patches the replay must have met so far.</param>
    public string? Mismatch(int count) =>
        _met.Count >= count && recorded.Take(count).SequenceEqual(_met.Take(count), StringComparer.Ordinal)
            ? null
            : $"Patch mismatch. History patches: [{string.Join(", ", recorded.Take(count))}], current patches: [{string.Join(", ", _met)}].";

    /// <summary>What goes along with a turn; null when there is nothing to tell.</summary>
    public static WorkflowVersion? Version(string workflowName, IReadOnlyList<string> patches) =>
        patches.Count == 0 ? null : new WorkflowVersion { Name = workflowName, Patches = { patches } };
}
