using System.Globalization;
using StocksDapr.Benchmarks.Baselines;
using StocksDapr.Market;
using StocksDapr.Sidecar.Postgres;
using StocksDapr.Support;

namespace StocksDapr.Benchmarks;

/// <summary>
/// The measurements that need more than one process. Each prints its figure beside a baseline that was taken in the same run on the same
/// database server (durable: fsync on), since machines differ and are noisy.
/// </summary>
internal static class WholeSystem
{
    private const int Symbols = 366;
    private const int Sessions = 1_229;

    public static async Task RunAsync(string what, CancellationToken cancellationToken)
    {
        var folder = ReachableFolder.Create("stocks-benchmarks-");
        await using (var cluster = await PostgresCluster.StartAsync(Path.Combine(folder, "postgres"), cancellationToken))
        {
            foreach (var database in (string[])["floor", "storing", "reading", "stocks", "rabbitmq", "workflows", "streaming"])
                await cluster.EnsureDatabaseAsync(database, cancellationToken);

            var rows = Rows();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows.Count:N0} rows of {Symbols} symbols; {Environment.ProcessorCount} processors"));
            if (what is "all" or "write" or "import" or "import-rabbitmq")
                await FloorAsync(cluster.ConnectionString("floor"), rows, cancellationToken);
            if (what is "all" or "write")
                await WriteAsync(cluster.ConnectionString("storing"), rows, cancellationToken);
            if (what is "all" or "query")
                await QueryAsync(cluster.ConnectionString("reading"), cancellationToken);
            if (what is "all" or "sidecar")
                await SidecarCalls.RunAsync(cancellationToken);
            if (what is "all" or "workflow")
            {
                await WorkflowLoad.RunAsync(cancellationToken);
                await WorkflowSpeed.RunAsync(cluster.ConnectionString("workflows"), cancellationToken);
            }

            if (what is "all" or "import" or "gateway")
                await PlatformRun.RunAsync(cluster.ConnectionString("stocks"), rows, imports: what is not "gateway", reads: what is not "import", cancellationToken);
            if (what is "all" or "stream")
                await StreamAsync(cluster.ConnectionString("streaming"), cancellationToken);
            if (what is "all" or "import-rabbitmq")
                await PlatformRun.ImportAsync("rabbitmq", cluster.ConnectionString("rabbitmq"), rows, cancellationToken);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static List<GeneratedHistory.Row> Rows()
    {
        List<DateOnly> dates = [];
        foreach (var session in ExchangeCalendar.UsEquities.SessionsBetween(new DateOnly(2013, 2, 8), new DateOnly(2018, 12, 31))[..Sessions])
            dates.Add(session.Date);
        return [.. GeneratedHistory.Rows(Symbols, dates)];
    }

    private static async Task FloorAsync(string connectionString, List<GeneratedHistory.Row> rows, CancellationToken cancellationToken)
    {
        Report("floor: COPY and upsert per 1,000", await PlainCopy.RunAsync(connectionString, rows, 1_000, cancellationToken), "rows/s");
        Report("floor: COPY and upsert at once", await PlainCopy.RunAsync(connectionString, rows, rows.Count, cancellationToken), "rows/s");
    }

    private static async Task WriteAsync(string connectionString, List<GeneratedHistory.Row> rows, CancellationToken cancellationToken)
    {
        var result = await BulkWrite.RunAsync(connectionString, rows, cancellationToken);
        Report("Writer alone, new bars", result.Fill, "bars/s");
        Report("Writer alone, the same again", result.Repeated, "bars/s");
        Report("Writer alone, later fetch, equal values", result.LaterFetch, "bars/s");
        Report("Writer alone, every bar revised", result.Revised, "bars/s");
        Report("Writer alone, one live bar, p50", result.SingleMessageMilliseconds, "ms");
    }

    private static async Task StreamAsync(string connectionString, CancellationToken cancellationToken)
    {
        var result = await StreamLoad.RunAsync(connectionString, cancellationToken);
        Report("commit to 1,000 streams, p50", result.P50, "ms");
        Report("commit to 1,000 streams, p99", result.P99, "ms");
        Report("commit to 1,000 streams, worst", result.Worst, "ms");
        Report($"events arrived, of {result.Expected}", result.Arrived, "events");
    }

    private static async Task QueryAsync(string connectionString, CancellationToken cancellationToken)
    {
        await BulkWrite.MigrateAsync(connectionString, cancellationToken);
        var result = await QueryReads.RunAsync(connectionString, connections: 64, seconds: 10, cancellationToken);
        Report("GET bars, Query alone on one core", result);
    }

    internal static void Report(string what, double figure, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-52} {figure,12:N1} {unit}"));

    internal static void Report(string what, Load.Wrk.Result result) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-52} {result.RequestsPerSecond,12:N0} requests/s   p50 {result.P50.TotalMilliseconds:0.00} ms  p90 {result.P90.TotalMilliseconds:0.00} ms  p99 {result.P99.TotalMilliseconds:0.00} ms  failed {result.Failed}"));
}
