using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>The descendants of an instance, as the histories in the store tell. Those in other apps are not looked into.</summary>
internal sealed class ChildTree(IWorkflowStore store)
{
    /// <summary>The children of an instance; null when it does not exist.</summary>
    public async Task<List<ChildReference>?> ChildrenAsync(string id, CancellationToken cancellationToken)
    {
        if (await store.ReadHistoryAsync(id, cancellationToken) is not { } history) return null;
        var state = new InstanceState();
        foreach (var bytes in history) state.Append(HistoryEvent.Parser.ParseFrom(bytes), bytes);
        return [.. state.Children];
    }

    /// <summary>A descendant that has not ended: the id of its ancestor must not be used again, since its result would reach the wrong execution. Null when there is none.</summary>
    public async Task<string?> FindRunningAsync(string id, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { id };
        var open = new Queue<string>([id]);
        while (open.TryDequeue(out var next))
        {
            foreach (var child in await ChildrenAsync(next, cancellationToken) ?? [])
            {
                if (child.AppId.Length > 0 || !seen.Add(child.InstanceId)) continue;
                if (await store.ReadAsync(child.InstanceId, cancellationToken) is not { } found) continue;
                if (!found.IsOver) return child.InstanceId;
                open.Enqueue(child.InstanceId);
            }
        }

        return null;
    }
}
