using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>The snapshots that a transaction brings. Adding one again changes nothing.</summary>
internal static class SnapshotRows
{
    // A part of a chain may not say the price of the underlying when another one did.
    private const string Sql = """
        INSERT INTO market.option_snapshots AS s (symbol_id, quoted_at, source_id, underlying_price, spot, fetched_at, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (symbol_id, quoted_at) DO UPDATE SET
            underlying_price = coalesce(EXCLUDED.underlying_price, s.underlying_price), spot = coalesce(EXCLUDED.spot, s.spot), fetched_at = EXCLUDED.fetched_at,
            source_id = EXCLUDED.source_id
        WHERE s.fetched_at < EXCLUDED.fetched_at
        """;

    public static void AddTo(NpgsqlBatch batch, ChainSlice slice)
    {
        if (slice.Message.Quotes.Count == 0)
            return;

        batch.Add(
            Sql,
            new NpgsqlParameter { Value = slice.SymbolId, NpgsqlDbType = NpgsqlDbType.Integer },
            new NpgsqlParameter { Value = slice.QuotedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter { Value = slice.SourceId, NpgsqlDbType = NpgsqlDbType.Smallint },
            new NpgsqlParameter { Value = (object?)slice.Message.UnderlyingPrice ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double },
            new NpgsqlParameter { Value = (object?)slice.Message.Spot ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double },
            new NpgsqlParameter { Value = slice.FetchedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new NpgsqlParameter { Value = slice.RecordedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz });
    }
}
