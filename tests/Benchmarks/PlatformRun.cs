using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Benchmarks.Load;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.Benchmarks;

/// <summary>The whole platform as <c>./stocks up</c> runs it, everything on this machine: starting, importing, reading through the gateway, memory.</summary>
internal static class PlatformRun
{
    private const int Connections = 64;
    private const int Seconds = 10;
    private const string Path = "/api/v1/bars?symbols=TAAA&interval=1d&from=2014-01-01&limit=100";

    /// <summary>The same import with another broker: starts the platform on a component set, imports twice, and stops.</summary>
    public static async Task ImportAsync(string components, string connectionString, List<GeneratedHistory.Row> rows, CancellationToken cancellationToken)
    {
        using var platform = new RunningPlatform { Components = components, Environment = { ["STOCKS_POSTGRES"] = connectionString } };
        await platform.InitializeAsync();
        try
        {
            await ImportTwiceAsync(platform, await WriteAsync(platform, rows, cancellationToken), $" on {components}", rows.Count, cancellationToken);
        }
        finally
        {
            await platform.DisposeAsync();
        }
    }

    public static async Task RunAsync(string connectionString, List<GeneratedHistory.Row> rows, bool imports, bool reads, CancellationToken cancellationToken)
    {
        using var platform = new RunningPlatform { Environment = { ["STOCKS_POSTGRES"] = connectionString } };
        await platform.InitializeAsync();
        try
        {
            var file = await WriteAsync(platform, rows, cancellationToken);
            if (imports)
                await ImportTwiceAsync(platform, file, "", rows.Count, cancellationToken);
            else
                await ImportAsync(platform, file, cancellationToken);

            if (reads)
                await ReadAsync(platform, cancellationToken);
            WholeSystem.Report("memory of all services and the sidecars", Memory(platform), "MB resident");

            await platform.StocksAsync(["down"]);
            var watch = Stopwatch.StartNew();
            await platform.UpAsync();
            WholeSystem.Report("./stocks up --detach, built, with data", watch.Elapsed.TotalSeconds, "s");
        }
        finally
        {
            await platform.DisposeAsync();
        }
    }

    private static async Task<string> WriteAsync(RunningPlatform platform, List<GeneratedHistory.Row> rows, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(platform.Data, "history.csv.gz");
        await GeneratedHistory.WriteAsync(file, rows, cancellationToken);
        return file;
    }

    private static async Task ImportTwiceAsync(RunningPlatform platform, string file, string where, int rows, CancellationToken cancellationToken)
    {
        foreach (var what in new[] { "new bars", "the same again" })
            WholeSystem.Report($"import through the gateway{where}, {what}", rows / (await ImportAsync(platform, file, cancellationToken)).TotalSeconds, "bars/s");
    }

    /// <summary>From the request to the last commit, as the receipt says it.</summary>
    private static async Task<TimeSpan> ImportAsync(RunningPlatform platform, string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        var watch = Stopwatch.StartNew();
        using var accepted = await platform.Gateway.PostAsync(new Uri("/api/v1/imports?interval=1d", UriKind.Relative), new StreamContent(stream), cancellationToken);
        accepted.EnsureSuccessStatusCode();
        while (true)
        {
            var receipt = await platform.Gateway.GetFromJsonAsync<JsonElement>(accepted.Headers.Location, cancellationToken);
            if (receipt.GetProperty("state").GetString() == "completed")
                return watch.Elapsed;
            await Task.Delay(20, cancellationToken);
        }
    }

    private static async Task ReadAsync(RunningPlatform platform, CancellationToken cancellationToken)
    {
        using var made = await platform.SendAsAdministratorAsync(
            HttpMethod.Post, "/api/v1/tokens", new { name = "benchmark", scopes = new[] { "read" }, requestsPerMinute = 0 });
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString();
        var address = new Uri(platform.Gateway.BaseAddress!, Path);
        await Wrk.RunAsync(address, Connections, 5, token, cancellationToken: cancellationToken);
        WholeSystem.Report("GET bars through gateway, token, sidecar", await Wrk.RunAsync(address, Connections, Seconds, token, cancellationToken: cancellationToken));
    }

    /// <summary>The resident sets of the runner (which is all sidecars) and the services; PostgreSQL is not counted.</summary>
    private static double Memory(RunningPlatform platform)
    {
        var record = platform.Record;
        var processes = record.Services.Where(service => service.Name != "postgres").Select(service => service.Process?.Pid).OfType<int>().Append(record.Runner.Pid);
        return processes.Sum(pid =>
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }) / 1e6;
    }
}
