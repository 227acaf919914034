using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>Workflow instances of one sidecar, gone when it stops. There is only one engine, which owns everything.</summary>
internal sealed class MemoryWorkflowStore(TimeProvider time) : IWorkflowStore, IMembership
{
    private readonly SortedDictionary<string, Record> _instances = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private IMembershipListener? _listener;
    private ITimer? _rounds;
    private long _sequence;

    public IMembership Membership => this;

    public bool SharesApps => false;

    public int Id => 1;

    public int OtherWithWorkers => 0;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Watch(IMembershipListener listener)
    {
        _listener = listener;
        _rounds = time.CreateTimer(_ => _listener.OnRound(), null, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(500));
    }

    public void Announce(int workers)
    {
    }

    public Task RejoinAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CommitAsync(IReadOnlyList<StoreWork> group, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var turns = group.OfType<TurnWork>().ToList();
            var rows = group.OfType<CreateWork>().Select(work => work.Row).Concat(turns.SelectMany(turn => turn.Creations)).ToList();
            foreach (var row in rows) row.Created = CanCreate(row);
            foreach (var turn in turns) turn.Committed = _instances.ContainsKey(turn.Id);
            if (turns.Exists(turn => !turn.Committed || turn.Contested)) return Task.CompletedTask;

            foreach (var purge in group.OfType<PurgeWork>()) purge.Removed = Purge(purge);
            foreach (var row in rows.Where(row => row.Created)) Create(row);
            foreach (var turn in turns) Apply(turn);
            foreach (var mail in turns.SelectMany(turn => turn.Mails).Concat(group.OfType<AppendWork>().Select(work => work.Mail))) Append(mail);
        }

        return Task.CompletedTask;
    }

    public Task<StoredInstance?> LoadAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_instances.TryGetValue(id, out var found)
                ? new StoredInstance(found.Owner, found.Status, found.CustomStatus, found.HasWork, [.. found.History], [.. found.Inbox.Values])
                : null);
        }
    }

    public Task<InstanceSnapshot?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(id, out var found)) return Task.FromResult<InstanceSnapshot?>(null);
            var history = found.History;
            return Task.FromResult<InstanceSnapshot?>(InstanceSnapshot.Of(
                found.Status, found.Owner, found.CustomStatus, history.FirstOrDefault(), history.ElementAtOrDefault(found.Start), history.ElementAtOrDefault(found.End), history.LastOrDefault()));
        }
    }

    public Task<IReadOnlyList<ByteString>?> ReadHistoryAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<ByteString>?>(_instances.TryGetValue(id, out var found) ? [.. found.History] : null);
    }

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<string>>([.. _instances.Keys.Where(id => string.CompareOrdinal(id, after) > 0).Take(count)]);
    }

    public Task<IReadOnlyList<DueInstance>> FindWorkAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<DueInstance>>([]);

    public Task<int> RemoveExpiredAsync(int atMost, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var expired = _instances.Where(entry => entry.Value.ExpiresAt <= now).Select(entry => entry.Key).Take(atMost).ToList();
            expired.ForEach(id => _instances.Remove(id));
            return Task.FromResult(expired.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_rounds is not null) await _rounds.DisposeAsync();
    }

    private bool CanCreate(NewRow row) => row.Replaces ? _instances.TryGetValue(row.Id, out var before) && Lifecycle.IsEnd(before.Status) : !_instances.ContainsKey(row.Id);

    private void Create(NewRow row)
    {
        var record = new Record { Owner = Id, Status = OrchestrationStatus.Pending };
        _instances[row.Id] = record;
        (row.Sequence, row.Owner) = (++_sequence, Id);
        if (row.Seed is { } seed)
        {
            (record.Status, record.HasWork, record.Start) = (OrchestrationStatus.Running, true, seed.State.StartPosition);
            record.History.AddRange(seed.State.History);
            foreach (var child in seed.Children.Where(CanCreate)) Create(child);
            return;
        }

        record.Inbox[row.Sequence] = InboxItem.Of(row.Sequence, row.Start.Span, "");
    }

    private void Append(NewMail mail)
    {
        if (!_instances.TryGetValue(mail.Id, out var record))
        {
            mail.Outcome = MailOutcome.Missing;
            return;
        }

        mail.Outcome = Lifecycle.IsEnd(record.Status) ? MailOutcome.Over : MailOutcome.Stored;
        if (mail.Outcome == MailOutcome.Over) return;
        (mail.Sequence, mail.Owner) = (++_sequence, record.Owner);
        record.Inbox[mail.Sequence] = InboxItem.Of(mail.Sequence, mail.Event.Span, mail.ExecutionId);
    }

    private bool Purge(PurgeWork purge) => _instances.TryGetValue(purge.Id, out var record) && (purge.Force || Lifecycle.IsEnd(record.Status)) && _instances.Remove(purge.Id);

    private void Apply(TurnWork turn)
    {
        var record = _instances[turn.Id];
        if (turn.StartedOver) record.History.Clear();
        record.History.AddRange(turn.Events);
        foreach (var sequence in turn.Consumed) record.Inbox.Remove(sequence);
        record.Status = turn.Status;
        record.Owner = Lifecycle.IsEnd(turn.Status) ? 0 : Id;
        record.CustomStatus = turn.CustomStatus;
        record.HasWork = turn.HasWork;
        (record.Start, record.End) = (turn.StartPosition, turn.EndPosition);
        record.ExpiresAt = turn.ExpiresAt;
    }

    private sealed class Record
    {
        public int Owner { get; set; }

        public OrchestrationStatus Status { get; set; }

        public string? CustomStatus { get; set; }

        public bool HasWork { get; set; }

        public int Start { get; set; } = -1;

        public int End { get; set; } = -1;

        public DateTimeOffset? ExpiresAt { get; set; }

        public List<ByteString> History { get; } = [];

        public SortedDictionary<long, InboxItem> Inbox { get; } = [];
    }
}
