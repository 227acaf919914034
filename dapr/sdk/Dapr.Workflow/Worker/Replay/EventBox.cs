using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Events that have come and waits for them, by name without regard to case, each in its order.</summary>
internal sealed class EventBox
{
    private readonly LinkedList<HistoryEvent> _kept = new();
    private readonly Dictionary<string, Queue<EventWait>> _waits = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events that nobody has waited for, in the order in which they came.</summary>
    public IEnumerable<HistoryEvent> Kept => _kept;

    /// <summary>Names that somebody waits for.</summary>
    public IEnumerable<string> Awaited => _waits.Where(waits => waits.Value.Any(wait => wait.IsOpen)).Select(waits => waits.Key);

    /// <summary>Gives an event to whoever has waited longest, or keeps it.</summary>
    public EventWait? TakeWait(HistoryEvent raised)
    {
        if (_waits.TryGetValue(raised.EventRaised.Name, out var queue))
        {
            while (queue.TryDequeue(out var wait))
            {
                if (wait.IsOpen)
                    return wait;
            }
        }

        _kept.AddLast(raised);
        return null;
    }

    /// <summary>The oldest event of a name that nobody has waited for; it is taken out.</summary>
    public HistoryEvent? TakeEvent(string name)
    {
        for (var node = _kept.First; node is not null; node = node.Next)
        {
            if (!node.Value.EventRaised.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            _kept.Remove(node);
            return node.Value;
        }

        return null;
    }

    public void Add(string name, EventWait wait)
    {
        if (!_waits.TryGetValue(name, out var queue))
            _waits.Add(name, queue = new Queue<EventWait>());
        queue.Enqueue(wait);
    }
}
