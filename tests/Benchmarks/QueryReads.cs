using System.Diagnostics;
using System.Globalization;
using Npgsql;
using StocksDapr.Benchmarks.Load;
using StocksDapr.Support;

namespace StocksDapr.Benchmarks;

/// <summary>
/// <c>GET /bars</c> of 100 daily bars, straight from Query, which has one core to itself; wrk has another. The bars are in memory after the first
/// answer, as they are for what people look at.
/// </summary>
internal static class QueryReads
{
    private const string ServerCpu = "0";
    private const string LoadCpu = "1";
    private const string Path = "/bars?symbols=BENCH&interval=1d&from=2018-01-01&limit=100";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <param name="connectionString">A database that Writer has migrated; one symbol, BENCH, is put into it.</param>
    /// <param name="connections">Connections that wrk keeps busy.</param>
    public static async Task<Wrk.Result> RunAsync(string connectionString, int connections, int seconds, CancellationToken cancellationToken)
    {
        await SeedAsync(connectionString, cancellationToken);
        var root = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        using var query = Start(root.Port, connectionString);
        try
        {
            await WaitAsync(root, query, cancellationToken);

            // The first seconds are the compiler's.
            await Wrk.RunAsync(new Uri(root, Path), connections, 3, cpus: LoadCpu, cancellationToken: cancellationToken);
            return await Wrk.RunAsync(new Uri(root, Path), connections, seconds, cpus: LoadCpu, cancellationToken: cancellationToken);
        }
        finally
        {
            query.Kill(entireProcessTree: true);
            await query.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task SeedAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("""
            SELECT market.create_bars_partition(year) FROM generate_series(2016, 2020) AS year;
            INSERT INTO market.sources (name) VALUES ('benchmark') ON CONFLICT DO NOTHING;
            INSERT INTO market.symbols (symbol, search) VALUES ('BENCH', 'bench') ON CONFLICT DO NOTHING;
            INSERT INTO market.bars (start, open, high, low, close, volume, fetched_at, recorded_at, symbol_id, interval_id, source_id)
            SELECT '2016-01-01Z'::timestamptz + day * interval '1 day', 100 + day % 97 / 100.0, 101.25, 99.5, 100 + day % 89 / 100.0, 1000000 + day * 7919, now(), now(),
                y.id, 10, s.id
            FROM generate_series(0, 1800) AS day, market.symbols AS y, market.sources AS s
            WHERE y.symbol = 'BENCH' AND s.name = 'benchmark'
            ON CONFLICT DO NOTHING;
            INSERT INTO market.series (first_start, last_start, bars, changed_at, symbol_id, interval_id)
            SELECT min(start), max(start), count(*), now(), symbol_id, interval_id
            FROM market.bars WHERE symbol_id = (SELECT id FROM market.symbols WHERE symbol = 'BENCH')
            GROUP BY symbol_id, interval_id
            ON CONFLICT DO NOTHING;
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Process Start(int port, string connectionString)
    {
        var start = new ProcessStartInfo("taskset", ["-c", ServerCpu, "dotnet", System.IO.Path.Combine(AppContext.BaseDirectory, "StocksDapr.Query.dll")])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["APP_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["Secrets__STOCKS_POSTGRES"] = connectionString;
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        return Process.Start(start) ?? throw new InvalidOperationException("Query did not start.");
    }

    private static async Task WaitAsync(Uri root, Process query, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = root };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < StartPatience;)
        {
            if (query.HasExited)
                throw new InvalidOperationException($"Query ended with {query.ExitCode}.");
            try
            {
                using var answer = await client.GetAsync("/status", cancellationToken);
                if (answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("\"cache\":\"on\"", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50, cancellationToken);
        }

        throw new TimeoutException($"Query was not ready within {StartPatience.TotalSeconds} s.");
    }
}
