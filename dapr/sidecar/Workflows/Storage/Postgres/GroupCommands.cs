using Npgsql;
using NpgsqlTypes;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>
/// The statements of a group, few of them however big the group is: every list of changes is one statement over arrays. Each statement knows how to read
/// its result back into the changes. Rows are touched in the order of their ids, so that two engines do not wait for each other in a circle.
/// </summary>
internal sealed class GroupCommands(WorkflowTables tables, string appId, int engine, long number)
{
    private const string Ended = "(1, 3, 4, 5)";

    /// <summary>From here on it pays to join by hash; see <see cref="GroupSession"/> for why that is off otherwise.</summary>
    private const int Many = 200;

    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<Action<NpgsqlDataReader>?> _readers = [];
    private readonly List<Action> _starts = [];

    /// <summary>The engine is known still, and its row is held. The number of the group is stored with it, so that it can be asked later whether it was.</summary>
    public bool HoldsEngine { get; private set; }

    public NpgsqlBatch ToBatch(NpgsqlConnection connection, IReadOnlyList<StoreWork> group)
    {
        Add(
            $"WITH own AS (SELECT id FROM {tables.Engines} WHERE id = $1 FOR KEY SHARE) UPDATE {tables.Groups} SET number = $2 FROM own WHERE engine = own.id RETURNING number",
            _ => HoldsEngine = true, Number(engine), new NpgsqlParameter<long> { TypedValue = number });
        foreach (var purge in group.OfType<PurgeWork>()) Purge(purge);
        foreach (var release in group.OfType<ReleaseWork>()) Release(release);
        var turns = group.OfType<TurnWork>().OrderBy(turn => turn.Id, StringComparer.Ordinal).ToList();
        var rows = group.OfType<CreateWork>().Select(work => work.Row).Concat(turns.SelectMany(turn => turn.Creations)).ToList();
        if (turns.Count > 0) Turns(turns);
        Create([.. rows.Where(row => row is { Replaces: false, Seed: null })]);
        foreach (var row in rows.Where(row => row.Seed is not null)) Plant(row, row.Seed!);
        foreach (var row in rows.Where(row => row.Replaces)) Replace(row);
        Consume([.. turns.Where(turn => !Lifecycle.IsEnd(turn.Status)).SelectMany(turn => turn.Consumed).Concat(group.OfType<DiscardWork>().SelectMany(work => work.Sequences))]);
        Append([.. turns.SelectMany(turn => turn.Mails).Concat(group.OfType<AppendWork>().Select(work => work.Mail))]);

        var batch = connection.CreateBatch();
        foreach (var command in _commands) batch.BatchCommands.Add(command);
        return batch;
    }

    /// <summary>Reads all results.</summary>
    public async Task ReadAsync(NpgsqlDataReader results, CancellationToken cancellationToken)
    {
        foreach (var start in _starts) start();
        for (var i = 0; i < _readers.Count; i++)
        {
            while (await results.ReadAsync(cancellationToken)) _readers[i]?.Invoke(results);
            if (i + 1 < _readers.Count) await results.NextResultAsync(cancellationToken);
        }
    }

    private string App(string given) => given.Length == 0 ? appId : given;

    private void Turns(List<TurnWork> turns)
    {
        _starts.Add(() => turns.ForEach(turn => turn.Committed = false));
        var byId = turns.ToDictionary(turn => turn.Id, StringComparer.Ordinal);
        Add(
            $"""
             UPDATE {tables.Instances} AS i SET
                 owner = CASE WHEN t.status IN {Ended} THEN 0 ELSE i.owner END, status = t.status, has_work = t.has_work, next_due = t.next_due,
                 custom_status = t.custom_status, start_position = t.start_position, end_position = t.end_position, history_length = t.history_length, expires_at = t.expires_at
             FROM unnest($3::text[], $4::smallint[], $5::boolean[], $6::timestamptz[], $7::bytea[], $8::int[], $9::int[], $10::int[], $11::timestamptz[])
                 AS t (id, status, has_work, next_due, custom_status, start_position, end_position, history_length, expires_at)
             WHERE i.app_id = $1 AND i.instance_id = t.id AND i.owner = $2
             RETURNING i.instance_id
             """,
            reader => byId[reader.GetString(0)].Committed = true,
            Text(appId),
            Number(engine),
            Array(NpgsqlDbType.Text, turns.Select(turn => turn.Id)),
            Array(NpgsqlDbType.Smallint, turns.Select(turn => (short)turn.Status)),
            Array(NpgsqlDbType.Boolean, turns.Select(turn => turn.HasWork)),
            Times(turns.Select(turn => turn.NextDue)),
            Array(NpgsqlDbType.Bytea, turns.Select(turn => turn.CustomStatus is null ? null : System.Text.Encoding.UTF8.GetBytes(turn.CustomStatus))),
            Array(NpgsqlDbType.Integer, turns.Select(turn => turn.StartPosition)),
            Array(NpgsqlDbType.Integer, turns.Select(turn => turn.EndPosition)),
            Array(NpgsqlDbType.Integer, turns.Select(turn => turn.HistoryLength + turn.Events.Count)),
            Times(turns.Select(turn => turn.ExpiresAt)));

        var ended = turns.Where(turn => Lifecycle.IsEnd(turn.Status)).Select(turn => turn.Id).ToList();
        if (ended.Count > 0)
            Add($"DELETE FROM {tables.Inbox} WHERE app_id = $1 AND instance_id = ANY ($2)", null, Text(appId), Array(NpgsqlDbType.Text, ended));
        var restarted = turns.Where(turn => turn.StartedOver).Select(turn => turn.Id).ToList();
        if (restarted.Count > 0)
            Add($"DELETE FROM {tables.History} WHERE app_id = $1 AND instance_id = ANY ($2)", null, Text(appId), Array(NpgsqlDbType.Text, restarted));
        var events = turns.SelectMany(turn => turn.Events.Select((happened, index) => (turn.Id, Position: turn.HistoryLength + index, Bytes: happened.ToByteArray()))).ToList();
        if (events.Count == 0) return;
        Add(
            $"INSERT INTO {tables.History} (app_id, instance_id, position, event) SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bytea[])",
            null,
            Text(appId),
            Array(NpgsqlDbType.Text, events.Select(row => row.Id)),
            Array(NpgsqlDbType.Integer, events.Select(row => row.Position)),
            Array(NpgsqlDbType.Bytea, events.Select(row => row.Bytes)));
    }

    /// <summary>New instances, each with its first event. One whose id is in use is left out.</summary>
    private void Create(List<NewRow> rows)
    {
        if (rows.Count == 0) return;
        _starts.Add(() => rows.ForEach(row => row.Reset()));
        AddFor(
            rows.Count,
            $"""
             WITH wanted AS (
                 SELECT * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bytea[], $6::int[]) WITH ORDINALITY AS t (app, id, due, event, owner, n)
             ), made AS (
                 INSERT INTO {tables.Instances} (app_id, instance_id, owner, status, next_due)
                 SELECT app, id, {Living("owner", "app")}, 6, due
                 FROM wanted ORDER BY app, id
                 ON CONFLICT DO NOTHING
                 RETURNING app_id, instance_id, owner
             ), begun AS (
                 INSERT INTO {tables.Inbox} (sequence, app_id, instance_id, execution_id, event)
                 SELECT nextval('{tables.InboxSequence}'), w.app, w.id, '', w.event FROM made AS m JOIN wanted AS w ON w.app = m.app_id AND w.id = m.instance_id
                 RETURNING sequence, app_id, instance_id
             )
             SELECT w.n::int, b.sequence, m.owner, CASE WHEN m.owner NOT IN (0, $1) THEN pg_notify('{tables.ChannelStart}' || m.owner, w.id)::text END
             FROM wanted AS w JOIN made AS m ON w.app = m.app_id AND w.id = m.instance_id JOIN begun AS b ON w.app = b.app_id AND w.id = b.instance_id
             """,
            reader =>
            {
                var row = rows[reader.GetInt32(0) - 1];
                row.Created = true;
                row.Sequence = reader.GetInt64(1);
                row.Owner = reader.GetInt32(2);
            },
            Number(engine),
            Array(NpgsqlDbType.Text, rows.Select(row => App(row.AppId))),
            Array(NpgsqlDbType.Text, rows.Select(row => row.Id)),
            Times(rows.Select(row => row.Due)),
            Array(NpgsqlDbType.Bytea, rows.Select(row => row.Start.ToByteArray())),
            Array(NpgsqlDbType.Integer, rows.Select(row => App(row.AppId) == appId ? row.Owner : 0)));
    }

    /// <summary>An instance in the place of one that has ended.</summary>
    private void Replace(NewRow row)
    {
        _starts.Add(row.Reset);
        Add($"DELETE FROM {tables.History} WHERE app_id = $1 AND instance_id = $2 AND {StillEnded}", null, Text(App(row.AppId)), Text(row.Id));
        Add(
            $"""
             WITH made AS (
                 UPDATE {tables.Instances} SET owner = {Living("$3", "$1")},
                     status = 6, has_work = false, next_due = $4, custom_status = NULL, start_position = -1, end_position = -1, history_length = 0, expires_at = NULL
                 WHERE app_id = $1 AND instance_id = $2 AND status IN {Ended}
                 RETURNING owner
             ), begun AS (
                 INSERT INTO {tables.Inbox} (sequence, app_id, instance_id, execution_id, event)
                 SELECT nextval('{tables.InboxSequence}'), $1, $2, '', $5 FROM made
                 RETURNING sequence
             )
             SELECT b.sequence, m.owner, CASE WHEN m.owner NOT IN (0, $6) THEN pg_notify('{tables.ChannelStart}' || m.owner, $2)::text END FROM made AS m, begun AS b
             """,
            reader =>
            {
                row.Created = true;
                row.Sequence = reader.GetInt64(0);
                row.Owner = reader.GetInt32(1);
            },
            Text(App(row.AppId)),
            Text(row.Id),
            Number(App(row.AppId) == appId ? row.Owner : 0),
            Time(row.Due),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = row.Start.ToByteArray() },
            Number(engine));
    }

    /// <summary>An instance with a history, and its children; nothing of it when the id is in use.</summary>
    private void Plant(NewRow row, ForkSeed seed)
    {
        _starts.Add(row.Reset);
        var history = seed.State.History;
        Add(
            $"""
             WITH made AS (
                 INSERT INTO {tables.Instances} (app_id, instance_id, owner, status, has_work, next_due, start_position, history_length)
                 VALUES ($1, $2, {Living("$3", "$1")}, 0, true, NULL, $4, $5) ON CONFLICT DO NOTHING RETURNING owner
             ), kept AS (
                 INSERT INTO {tables.History} (app_id, instance_id, position, event) SELECT $1, $2, t.n - 1, t.event FROM unnest($6::bytea[]) WITH ORDINALITY AS t (event, n), made
             ), born AS (
                 INSERT INTO {tables.Instances} (app_id, instance_id, owner, status) SELECT $1, t.id, made.owner, 6 FROM unnest($7::text[]) AS t (id), made ON CONFLICT DO NOTHING RETURNING instance_id
             ), begun AS (
                 INSERT INTO {tables.Inbox} (sequence, app_id, instance_id, execution_id, event)
                 SELECT nextval('{tables.InboxSequence}'), $1, b.instance_id, '', t.event FROM born AS b JOIN unnest($7::text[], $8::bytea[]) AS t (id, event) ON t.id = b.instance_id
             )
             SELECT owner, CASE WHEN owner <> $9 THEN pg_notify('{tables.ChannelStart}' || owner, '')::text END FROM made
             """,
            reader =>
            {
                row.Created = true;
                row.Owner = reader.GetInt32(0);
            },
            Text(appId),
            Text(row.Id),
            Number(row.Owner),
            Number(seed.State.StartPosition),
            Number(history.Count),
            Array(NpgsqlDbType.Bytea, history.Select(happened => happened.ToByteArray())),
            Array(NpgsqlDbType.Text, seed.Children.Select(child => child.Id)),
            Array(NpgsqlDbType.Bytea, seed.Children.Select(child => child.Start.ToByteArray())),
            Number(engine));
    }

    private string StillEnded => $"EXISTS (SELECT FROM {tables.Instances} WHERE app_id = $1 AND instance_id = $2 AND status IN {Ended} FOR UPDATE)";

    /// <summary>An engine that is to own something, if it lives; else another one of that app, with workers if possible; else none.</summary>
    private string Living(string wanted, string app) =>
        $"coalesce((SELECT e.id FROM {tables.Engines} AS e WHERE e.id = {wanted}), (SELECT e.id FROM {tables.Engines} AS e WHERE e.app_id = {app} ORDER BY e.workers DESC, e.id LIMIT 1), 0)";

    private void Consume(List<long> sequences)
    {
        if (sequences.Count > 0) Add($"DELETE FROM {tables.Inbox} WHERE sequence = ANY ($1)", null, Array(NpgsqlDbType.Bigint, sequences));
    }

    /// <summary>Events for inboxes, in order. The instance's row is held, so that it cannot be removed in the meantime; its owner is woken if that is not this engine.</summary>
    private void Append(List<NewMail> mails)
    {
        if (mails.Count == 0) return;
        _starts.Add(() => mails.ForEach(mail => mail.Reset()));
        AddFor(
            mails.Count,
            $"""
             WITH wanted AS (
                 SELECT * FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[]) WITH ORDINALITY AS t (app, id, event, execution, n)
             ), held AS (
                 SELECT i.app_id, i.instance_id, i.owner, i.status FROM {tables.Instances} AS i
                 WHERE (i.app_id, i.instance_id) IN (SELECT app, id FROM wanted) ORDER BY i.app_id, i.instance_id FOR KEY SHARE
             ), target AS (
                 SELECT w.*, h.owner, h.status FROM wanted AS w JOIN held AS h ON h.app_id = w.app AND h.instance_id = w.id ORDER BY w.n
             ), numbered AS MATERIALIZED (
                 SELECT n, app, id, event, execution, nextval('{tables.InboxSequence}') AS sequence FROM target WHERE status NOT IN {Ended}
             ), stored AS (
                 INSERT INTO {tables.Inbox} (sequence, app_id, instance_id, execution_id, event) SELECT sequence, app, id, execution, event FROM numbered
             )
             SELECT t.n::int, s.sequence, t.owner, CASE WHEN s.n IS NOT NULL AND t.owner NOT IN (0, $1) THEN pg_notify('{tables.ChannelStart}' || t.owner, t.id)::text END
             FROM target AS t LEFT JOIN numbered AS s USING (n) ORDER BY t.n
             """,
            reader =>
            {
                var mail = mails[reader.GetInt32(0) - 1];
                mail.Owner = reader.GetInt32(2);
                mail.Outcome = reader.IsDBNull(1) ? MailOutcome.Over : MailOutcome.Stored;
                if (mail.Outcome == MailOutcome.Stored) mail.Sequence = reader.GetInt64(1);
            },
            Number(engine),
            Array(NpgsqlDbType.Text, mails.Select(mail => App(mail.AppId))),
            Array(NpgsqlDbType.Text, mails.Select(mail => mail.Id)),
            Array(NpgsqlDbType.Bytea, mails.Select(mail => mail.Event.ToByteArray())),
            Array(NpgsqlDbType.Text, mails.Select(mail => mail.ExecutionId)));
    }

    private void Purge(PurgeWork purge)
    {
        _starts.Add(() => purge.Removed = false);
        Add(
            $"""
             WITH gone AS (
                 DELETE FROM {tables.Instances} WHERE app_id = $1 AND instance_id = $2 AND ($3 OR status IN {Ended}) RETURNING app_id, instance_id
             ), forgotten AS (
                 DELETE FROM {tables.History} AS h USING gone WHERE h.app_id = gone.app_id AND h.instance_id = gone.instance_id
             ), unread AS (
                 DELETE FROM {tables.Inbox} AS b USING gone WHERE b.app_id = gone.app_id AND b.instance_id = gone.instance_id
             )
             SELECT 1 FROM gone
             """,
            _ => purge.Removed = true,
            Text(appId),
            Text(purge.Id),
            new NpgsqlParameter<bool> { TypedValue = purge.Force });
    }

    private void Release(ReleaseWork release)
    {
        Add(
            $"""
             UPDATE {tables.Instances} SET owner = $1 WHERE app_id = $2 AND owner = $3 AND status NOT IN {Ended}
                 AND EXISTS (SELECT FROM {tables.Engines} AS e WHERE e.id = $1 FOR KEY SHARE)
             """,
            null, Number(release.To), Text(appId), Number(engine));
        Add("SELECT pg_notify($1, '')", null, Text(tables.Channel(release.To)));
    }

    /// <summary>The same statement for a long list, under a text of its own: the server keeps a plan for each.</summary>
    private void AddFor(int count, string sql, Action<NpgsqlDataReader> read, params NpgsqlParameter[] parameters)
    {
        if (count < Many)
        {
            Add(sql, read, parameters);
            return;
        }

        Add("SET LOCAL enable_hashjoin = on", null);
        Add("/* many */ " + sql, read, parameters);
        Add("SET LOCAL enable_hashjoin = off", null);
    }

    private void Add(string sql, Action<NpgsqlDataReader>? read, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        _commands.Add(command);

        // Statements without rows of their own give no result to the reader.
        if (read is not null || sql.StartsWith("SELECT", StringComparison.Ordinal)) _readers.Add(read);
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<int> Number(int value) => new() { TypedValue = value };

    private static NpgsqlParameter Time(DateTimeOffset? value) => new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = value?.UtcDateTime ?? (object)DBNull.Value };

    private static NpgsqlParameter Times(IEnumerable<DateTimeOffset?> values) => Array(NpgsqlDbType.TimestampTz, values.Select(value => value?.UtcDateTime));

    private static NpgsqlParameter Array<T>(NpgsqlDbType type, IEnumerable<T> values) => new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values.ToArray() };
}
