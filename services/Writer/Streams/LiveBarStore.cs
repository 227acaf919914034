using Npgsql;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Streams;

/// <summary>
/// Keeps how bars that are not final stand, apart from the stored ones. A bar whose final values are stored is not taken up again, however late a message
/// about it comes; of two messages about a bar the later statement counts, whichever comes first.
/// </summary>
internal sealed class LiveBarStore(Database database, Catalog catalog)
{
    // The lock comes first, in a statement of its own: this one sees the final bars of everybody who held it before.
    private const string UpsertSql = """
        INSERT INTO market.live_bars AS l
            (position, symbol_id, interval_id, source_id, start, open, high, low, close, volume, updated_at, partial, ended, recorded_at)
        SELECT nextval('market.stream_position'), n.*, clock_timestamp()
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            AS n(symbol_id, interval_id, source_id, start, open, high, low, close, volume, updated_at, partial, ended)
        WHERE NOT EXISTS (
            SELECT FROM market.bars b WHERE b.symbol_id = n.symbol_id AND b.interval_id = n.interval_id AND b.start = n.start)
        ON CONFLICT (symbol_id, interval_id, start) DO UPDATE SET
            position = EXCLUDED.position, source_id = EXCLUDED.source_id, open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close,
            volume = EXCLUDED.volume, updated_at = EXCLUDED.updated_at, partial = EXCLUDED.partial, ended = EXCLUDED.ended, recorded_at = EXCLUDED.recorded_at
        WHERE l.updated_at < EXCLUDED.updated_at
        """;

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<LiveBars> messages, CancellationToken cancellationToken)
    {
        // A bar may stand once in a statement; of several messages the latest word counts.
        var latest = new Dictionary<(string, Interval, DateTimeOffset), (LiveBar Bar, string Source)>();
        foreach (var message in messages)
        {
            foreach (var bar in message.Bars)
            {
                var key = (bar.Symbol, bar.Interval, bar.Start);
                if (!latest.TryGetValue(key, out var other) || other.Bar.UpdatedAt < bar.UpdatedAt)
                    latest[key] = (bar, message.Source);
            }
        }

        if (latest.Count == 0)
            return;

        var bars = latest.Values.ToList();
        await using var connection = await database.OpenAsync(cancellationToken);
        var symbolIds = await catalog.GetSymbolIdsAsync(connection, bars.Select(bar => bar.Bar.Symbol), cancellationToken);
        var sourceIds = await catalog.GetSourceIdsAsync(connection, messages.Select(message => message.Source), cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        StreamEvents.AddLock(batch);
        batch.Add(
            UpsertSql,
            Columns.Integers(bars.ConvertAll(bar => symbolIds[bar.Bar.Symbol])),
            Columns.Smallints(bars.ConvertAll(bar => bar.Bar.Interval.Id)),
            Columns.Smallints(bars.ConvertAll(bar => sourceIds[bar.Source])),
            Columns.Instants(bars.ConvertAll(bar => PgTime.From(bar.Bar.Start))),
            Columns.Doubles(bars.ConvertAll(bar => bar.Bar.Open)),
            Columns.Doubles(bars.ConvertAll(bar => bar.Bar.High)),
            Columns.Doubles(bars.ConvertAll(bar => bar.Bar.Low)),
            Columns.Doubles(bars.ConvertAll(bar => bar.Bar.Close)),
            Columns.Bigints(bars.ConvertAll(bar => bar.Bar.Volume)),
            Columns.Instants(bars.ConvertAll(bar => PgTime.From(bar.Bar.UpdatedAt))),
            Columns.Booleans(bars.ConvertAll(bar => bar.Bar.IsPartial)),
            Columns.Booleans(bars.ConvertAll(bar => bar.Bar.HasEnded)));
        batch.Add(StreamEvents.NotifySql);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
