using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support.Platform;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Benchmarks;

/// <summary>
/// From the commit of a bar to its arrival at a thousand readers: a platform that <c>./stocks up</c> started, with real streams through the gateway, and Writer's own storing in
/// this process, so that the moment of each commit is known.
/// </summary>
internal static class StreamLoad
{
    private const int Streams = 1_000;
    private const int Symbols = 100;
    private const int SymbolsPerStream = 10;
    private const int BarsPerCommit = 4;
    private const int Commits = 300;

    private static readonly TimeSpan BetweenCommits = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Milliseconds from commit to arrival, and how many events arrived of those that had to.</summary>
    public sealed record Result(double P50, double P99, double Worst, long Arrived, long Expected);

    public static async Task<Result> RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var platform = new RunningPlatform { Environment = { ["STOCKS_POSTGRES"] = connectionString, ["Stream__StreamsPerToken"] = "2000" } };
        await platform.InitializeAsync();
        try
        {
            await using var database = new Database();
            database.Use(connectionString);
            var store = new BarStore(database, new Catalog(), new Partitions());
            var start = Minute();
            await WriteAsync(store, Enumerable.Range(0, Symbols).Select(symbol => (symbol, start.AddMinutes(-1), 0)), cancellationToken);

            var committedAt = new long[Commits * BarsPerCommit + 1];
            var delays = new ConcurrentBag<double>();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var handler = new SocketsHttpHandler { UseProxy = false };
            using var client = new HttpClient(handler) { BaseAddress = platform.Gateway.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
            client.DefaultRequestHeaders.Authorization = platform.Gateway.DefaultRequestHeaders.Authorization;
            using var ready = new CountdownEvent(Streams);
            var readers = Enumerable.Range(0, Streams).Select(stream => ReadAsync(client, stream, ready, committedAt, delays, ending.Token)).ToArray();
            await Task.Run(() => ready.Wait(cancellationToken), cancellationToken);

            await CommitAsync(store, start, committedAt, cancellationToken);
            var expected = (long)Commits * BarsPerCommit * Streams * SymbolsPerStream / Symbols;
            for (var waited = Stopwatch.StartNew(); delays.Count < expected && waited.Elapsed < Patience;)
                await Task.Delay(100, cancellationToken);
            await ending.CancelAsync();
            await Task.WhenAll(readers);

            var sorted = delays.Order().ToList();
            return new Result(sorted[sorted.Count / 2], sorted[sorted.Count * 99 / 100], sorted[^1], sorted.Count, expected);
        }
        finally
        {
            await platform.DisposeAsync();
        }
    }

    private static async Task CommitAsync(BarStore store, DateTimeOffset start, long[] committedAt, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenCommits);
        for (var commit = 0; commit < Commits; commit++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            var numbers = Enumerable.Range((commit * BarsPerCommit) + 1, BarsPerCommit).ToList();
            await WriteAsync(store, numbers.Select(number => (number % Symbols, start.AddMinutes(-2 - (number / Symbols)), number)), cancellationToken);
            var now = Stopwatch.GetTimestamp();
            foreach (var number in numbers)
                Volatile.Write(ref committedAt[number], now);
        }
    }

    private static async Task WriteAsync(BarStore store, IEnumerable<(int Symbol, DateTimeOffset Start, int Number)> bars, CancellationToken cancellationToken) =>
        await store.WriteAsync(
            [.. bars.Select(bar => PreparedBars.From(new CleanBars(
                Name(bar.Symbol), Interval.OneMinute, new Provenance("benchmark", "r", bar.Start), [new Bar(bar.Start, 10, 11, 9, 10, bar.Number)], [], [])))],
            cancellationToken);

    /// <summary>Each stream follows its own ten; the number of an event is its volume.</summary>
    private static async Task ReadAsync(HttpClient client, int stream, CountdownEvent ready, long[] committedAt, ConcurrentBag<double> delays, CancellationToken cancellationToken)
    {
        const string Volume = "\"volume\":";
        var symbols = string.Join(',', Enumerable.Range(0, SymbolsPerStream).Select(i => Name((stream + (i * Symbols / SymbolsPerStream)) % Symbols)));
        try
        {
            using var answer = await client.GetAsync($"/api/v1/stream?symbols={symbols}&interval=1min", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            answer.EnsureSuccessStatusCode();
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
            var isReady = false;
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!isReady && line == "event: heartbeat")
                    isReady = ready.Signal() || true;
                if (!line.StartsWith("data: ", StringComparison.Ordinal) || line.IndexOf(Volume, StringComparison.Ordinal) is not (> 0 and var at))
                    continue;

                var digits = line.AsSpan(at + Volume.Length);
                var number = int.Parse(digits[..digits.IndexOf(',')], CultureInfo.InvariantCulture);
                var committed = Volatile.Read(ref committedAt[number]);

                // It may arrive before the committing thread has looked at the clock.
                delays.Add(committed == 0 ? 0 : Math.Max(0, Stopwatch.GetElapsedTime(committed).TotalMilliseconds));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Measured.
        }
    }

    private static string Name(int symbol) => string.Create(CultureInfo.InvariantCulture, $"S{symbol:00}");

    private static DateTimeOffset Minute()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
    }
}
