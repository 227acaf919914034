using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Migrations;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Benchmarks;

/// <summary>
/// Writer's storing alone: clean messages as they arrive (JSON) to committed bars, in transactions of 16 messages, two at once, as the service
/// does it. Measured for an empty database, the same messages again, a later fetch with equal values and one in which every bar changed; compare with
/// <see cref="Baselines.PlainCopy"/> over the same rows.
/// </summary>
internal static class BulkWrite
{
    private const int BarsPerMessage = 1_250;
    private const int MessagesPerTransaction = 16;
    private const int Writers = 2;
    private static readonly DateTimeOffset Fetched = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Bars per second of each case, and how long a single live message takes, in milliseconds at the median.</summary>
    public sealed record Result(double Fill, double Repeated, double LaterFetch, double Revised, double SingleMessageMilliseconds);

    /// <param name="connectionString">A database that may be emptied.</param>
    public static async Task<Result> RunAsync(string connectionString, IReadOnlyList<GeneratedHistory.Row> rows, CancellationToken cancellationToken)
    {
        await MigrateAsync(connectionString, cancellationToken);
        await using var database = new Database();
        database.Use(connectionString);
        await ExecuteAsync(database, "TRUNCATE market.bars, market.series, market.bar_revisions, market.import_batches; CHECKPOINT", cancellationToken);

        var store = new BarStore(database, new Catalog(), new Partitions());
        var first = Messages(rows, Fetched, factor: 1);
        return new Result(
            await MeasureAsync(store, first, cancellationToken),
            await MeasureAsync(store, first, cancellationToken),
            await MeasureAsync(store, Messages(rows, Fetched.AddDays(1), factor: 1), cancellationToken),
            await MeasureAsync(store, Messages(rows, Fetched.AddDays(2), factor: 2), cancellationToken),
            await MeasureSingleAsync(store, cancellationToken));
    }

    /// <summary>Makes Writer's schema in a database.</summary>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = new Database();
        database.Use(connectionString);
        await new Migrator(database, NullLogger.Instance).MigrateAsync(cancellationToken);
    }

    private static async Task<double> MeasureAsync(BarStore store, List<byte[]> messages, CancellationToken cancellationToken)
    {
        var queue = new ConcurrentQueue<byte[]>(messages);
        var bars = 0L;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteAsync, cancellationToken)));
        return bars / watch.Elapsed.TotalSeconds;

        async Task WriteAsync()
        {
            while (true)
            {
                var batch = new List<PreparedBars>(MessagesPerTransaction);
                while (batch.Count < MessagesPerTransaction && queue.TryDequeue(out var message))
                    batch.Add(PreparedBars.From(JsonSerializer.Deserialize<CleanBars>(message, ContractsJson.Options)!));
                if (batch.Count == 0)
                    return;
                await store.WriteAsync(batch, cancellationToken);
                Interlocked.Add(ref bars, batch.Sum(message => message.Bars.Length));
            }
        }
    }

    private static async Task<double> MeasureSingleAsync(BarStore store, CancellationToken cancellationToken)
    {
        var durations = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var bar = new Bar(Fetched.AddMinutes(i), 10, 11, 9, 10, 100);
            var message = new CleanBars("LIVE", Interval.OneMinute, new Provenance("benchmark", "r", Fetched.AddMinutes(i)), [bar], [], []);
            var watch = Stopwatch.StartNew();
            await store.WriteAsync([PreparedBars.From(message)], cancellationToken);
            durations.Add(watch.Elapsed.TotalMilliseconds);
        }

        return durations.Order().ElementAt(durations.Count / 2);
    }

    private static List<byte[]> Messages(IReadOnlyList<GeneratedHistory.Row> rows, DateTimeOffset fetchedAt, double factor)
    {
        var importId = $"benchmark-{fetchedAt:yyyyMMdd}";
        return
        [
            .. rows.GroupBy(row => row.Symbol)
                .SelectMany(symbol => symbol.Chunk(BarsPerMessage), (symbol, chunk) => (symbol.Key, Chunk: chunk))
                .Select((message, number) => JsonSerializer.SerializeToUtf8Bytes(
                    new CleanBars(
                        message.Key,
                        Interval.OneDay,
                        new Provenance("benchmark", importId, fetchedAt, new ImportBatch(importId, number)),
                        [.. message.Chunk.Select(row => new Bar(
                            new DateTimeOffset(row.Date, TimeOnly.MinValue, TimeSpan.Zero), row.Open, row.High * factor, row.Low, row.Close, row.Volume))],
                        [],
                        []),
                    ContractsJson.Options)),
        ];
    }

    private static async Task ExecuteAsync(Database database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
