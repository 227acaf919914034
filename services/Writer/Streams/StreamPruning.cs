using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Streams;

/// <summary>
/// Deletes what the stream does not need any more: old events, saying through which position, and bars that ended without a final one, as those of an interval that
/// is streamed and not collected do.
/// </summary>
internal sealed class StreamPruning(Database database)
{
    /// <summary>How long a bar that has ended waits for its final values.</summary>
    public static readonly TimeSpan EndedFor = TimeSpan.FromMinutes(15);

    /// <summary>How long nobody may have said anything about a bar: who formed it is gone.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromDays(1);

    private const int EventsAtOnce = 10_000;

    private const string LockSql = "SELECT pg_try_advisory_xact_lock($1)";

    private const string EventsSql = """
        WITH old AS (
            SELECT max(position) AS through
            FROM (SELECT position, recorded_at FROM market.stream_events ORDER BY position LIMIT $2) AS first
            WHERE recorded_at < $1
        ), deleted AS (
            DELETE FROM market.stream_events USING old WHERE position <= old.through RETURNING position
        ), noted AS (
            UPDATE market.stream_state SET pruned_through = old.through FROM old WHERE old.through > pruned_through
        )
        SELECT count(*) FROM deleted
        """;

    private const string LiveSql = "DELETE FROM market.live_bars WHERE recorded_at < $1 OR (ended AND recorded_at < $2)";

    /// <summary>Deletes some of the events recorded before an instant, and bars that nobody finished.</summary>
    /// <returns>Whether there may be more to delete.</returns>
    /// <exception cref="NpgsqlException">Nothing was deleted.</exception>
    public async Task<bool> PruneAsync(DateTimeOffset recordedBefore, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand(LockSql, connection, transaction) { Parameters = { new() { Value = Locks.StreamPruning } } })
        {
            if (await locking.ExecuteScalarAsync(cancellationToken) is not true)
                return false;
        }

        long deleted;
        await using (var events = new NpgsqlCommand(EventsSql, connection, transaction)
        {
            Parameters = { Instant(recordedBefore), new() { Value = (long)EventsAtOnce } },
        })
            deleted = (long)(await events.ExecuteScalarAsync(cancellationToken) ?? 0L);

        await using (var live = new NpgsqlCommand(LiveSql, connection, transaction) { Parameters = { Instant(now - SilentFor), Instant(now - EndedFor) } })
            await live.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted == EventsAtOnce;
    }

    private static NpgsqlParameter Instant(DateTimeOffset instant) => new() { Value = PgTime.From(instant), NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
