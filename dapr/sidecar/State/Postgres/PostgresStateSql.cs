using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>The statements of one store, each always the same text, so that Npgsql prepares it once per connection.</summary>
internal sealed class PostgresStateSql
{
    private readonly string _upsert;
    private readonly string _insertOrReplaceExpired;
    private readonly string _update;
    private readonly string _delete;
    private readonly string _deleteVersion;

    public PostgresStateSql(PostgresStateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var table = settings.StateTable;
        Get = $"SELECT value, etag, expires_at FROM {table} WHERE key = $1 AND (expires_at IS NULL OR expires_at >= now())";
        GetMany = $"SELECT value, etag, expires_at, key FROM {table} WHERE key = ANY($1) AND (expires_at IS NULL OR expires_at >= now())";
        _upsert = $"""
                   INSERT INTO {table} AS t (key, value, etag, expires_at)
                   VALUES ($1, $2, gen_random_uuid(), now() + $3 * interval '1 second')
                   ON CONFLICT (key) DO UPDATE
                   SET value = excluded.value, updated_at = now(), etag = excluded.etag, expires_at = excluded.expires_at
                   """;

        // First-write means insert; a row that has expired and is not swept yet does not count as being there.
        _insertOrReplaceExpired = _upsert + " WHERE t.expires_at < now()";
        _update = $"""
                   UPDATE {table} SET value = $2, updated_at = now(), etag = gen_random_uuid(), expires_at = now() + $3 * interval '1 second'
                   WHERE key = $1 AND etag = $4 AND (expires_at IS NULL OR expires_at >= now())
                   """;
        _delete = $"DELETE FROM {table} WHERE key = $1";
        _deleteVersion = $"DELETE FROM {table} WHERE key = $1 AND etag = $2";
        DeleteExpired = $"DELETE FROM {table} WHERE expires_at < now()";

        // The stamp is shared by all sidecars on this database: whoever moves it may clean up. Its key is the one that daprd uses.
        StampCleanup = $"""
                        INSERT INTO {settings.MetadataTable} AS m (key, value) VALUES ($1, now()::text)
                        ON CONFLICT (key) DO UPDATE SET value = excluded.value
                        WHERE (extract('epoch' FROM now() - m.value::timestamptz) * 1000)::bigint > $2
                        """;
        CleanupKey = "last-cleanup-state-v2-" + settings.TablePrefix;
    }

    public string Get { get; }

    public string GetMany { get; }

    public string DeleteExpired { get; }

    public string StampCleanup { get; }

    public string CleanupKey { get; }

    /// <summary>The statement of one operation.</summary>
    /// <exception cref="StateStoreException">The request can be refused without asking the database.</exception>
    public NpgsqlBatchCommand Command(StateOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation is StateSet set ? Set(set) : Delete((StateDelete)operation);
    }

    /// <summary>What it means that the statement of an operation changed no row; null when that is fine.</summary>
    public static StateStoreException? Unchanged(StateOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (!string.IsNullOrEmpty(operation.ETag)) return new ETagException();
        return operation is StateSet ? new StateStoreException("no item was updated") : null;
    }

    private NpgsqlBatchCommand Set(StateSet set)
    {
        if (set.Key.Length == 0) throw new StateStoreException("missing key in set operation");
        set.Options.Check();
        var seconds = Seconds(set.Ttl);
        var hasETag = !string.IsNullOrEmpty(set.ETag);
        var command = new NpgsqlBatchCommand(hasETag ? _update : set.Options.IsFirstWrite ? _insertOrReplaceExpired : _upsert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = set.Key });
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = set.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter { Value = seconds is null ? DBNull.Value : seconds.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        if (hasETag) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Version(set.ETag!) });
        return command;
    }

    private NpgsqlBatchCommand Delete(StateDelete delete)
    {
        if (delete.Key.Length == 0) throw new StateStoreException("missing key in delete operation");
        var hasETag = !string.IsNullOrEmpty(delete.ETag);
        var command = new NpgsqlBatchCommand(hasETag ? _deleteVersion : _delete);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = delete.Key });
        if (hasETag) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Version(delete.ETag!) });
        return command;
    }

    private static Guid Version(string etag) => GoUuid.TryParse(etag, out var version, out var error) ? version : throw new ETagException(error);

    private static int? Seconds(string? ttl)
    {
        const string Prefix = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': ";
        if (string.IsNullOrEmpty(ttl)) return null;
        if (!long.TryParse(ttl, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            throw new StateStoreException($"{Prefix}strconv.ParseInt: parsing {GoFormat.Quote(ttl)}: {GoNumber.ParseProblem(ttl)}");
        }

        if (seconds is < -1 or > int.MaxValue) throw new StateStoreException($"{Prefix}must be -1 or greater");
        return seconds > 0 ? (int)seconds : null;
    }
}
