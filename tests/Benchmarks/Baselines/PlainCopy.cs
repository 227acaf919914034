using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using StocksDapr.Support;

namespace StocksDapr.Benchmarks.Baselines;

/// <summary>
/// The floor for every import: the same rows by binary COPY into a staging table and one upsert, per 1,000 rows or all at once, with nothing
/// around it. No program that stores bars in PostgreSQL idempotently can be much faster.
/// </summary>
internal static class PlainCopy
{
    /// <summary>Rows per second; the table is made anew each time.</summary>
    public static async Task<double> RunAsync(string connectionString, IReadOnlyList<GeneratedHistory.Row> rows, int perUpsert, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            """
            DROP TABLE IF EXISTS floor_bars;
            CREATE TABLE floor_bars (symbol text, start timestamptz, open float8, high float8, low float8, close float8, volume bigint, PRIMARY KEY (symbol, start));
            DROP TABLE IF EXISTS floor_staging;
            CREATE TEMP TABLE floor_staging (LIKE floor_bars) ON COMMIT DELETE ROWS;
            """,
            cancellationToken);

        var watch = Stopwatch.StartNew();
        for (var from = 0; from < rows.Count; from += perUpsert)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await CopyAsync(connection, rows, from, Math.Min(rows.Count, from + perUpsert), cancellationToken);
            await ExecuteAsync(
                connection,
                """
                INSERT INTO floor_bars SELECT * FROM floor_staging
                ON CONFLICT (symbol, start) DO UPDATE SET open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close, volume = EXCLUDED.volume
                """,
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return rows.Count / watch.Elapsed.TotalSeconds;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<GeneratedHistory.Row> rows, int from, int to, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY floor_staging FROM STDIN (FORMAT binary)", cancellationToken);
        for (var i = from; i < to; i++)
        {
            var row = rows[i];
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(row.Symbol, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(row.Date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(row.Open, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(row.High, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(row.Low, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(row.Close, NpgsqlDbType.Double, cancellationToken);
            await copy.WriteAsync(row.Volume, NpgsqlDbType.Bigint, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
