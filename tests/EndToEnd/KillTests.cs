using System.Diagnostics;
using System.Text.Json;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>
/// Processes die by SIGKILL in the middle of an import. Whatever dies, the table is the file in the end, row for row, and the import that was under
/// way says so without being repeated. The same on every broker.
/// </summary>
public abstract class KillTests(RunningPlatform platform)
{
    private const int Symbols = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Theory]
    [InlineData("collector", 1_000)]
    [InlineData("processor", 2_000)]
    [InlineData("writer", 3_000)]
    [InlineData("query", 4_000)]
    [InlineData("gateway", 5_000)]
    [InlineData("postgres", 6_000)]
    public async Task The_death_of_one_process_costs_nothing_and_needs_no_repetition(string victim, int first)
    {
        var history = History.Of(Symbols, first);
        var file = await history.WriteAsync(platform.Data);

        var import = platform.StocksAsync(["import", file]);
        await history.ShouldBeUnderWayAsync(platform);
        Kill(platform.ProcessOf(victim));
        var ended = await import.WaitAsync(Patience);

        ended.ExitCode.Should().Be(0, ended.ToString());
        await Eventually.BeTrueAsync(() => platform.AnswersAsync("/readyz"), Patience);
        await history.ShouldBeStoredAsync(platform);
        await ReceiptShouldAddUpAsync(Path.GetFileName(file), history.Count);
    }

    [Fact]
    public async Task After_the_death_of_the_runner_the_import_goes_on_with_another_up_and_a_repetition_changes_nothing()
    {
        var history = History.Of(Symbols, 7_000);
        var file = await history.WriteAsync(platform.Data);

        var import = platform.StocksAsync(["import", file]);
        await history.ShouldBeUnderWayAsync(platform);
        Kill(platform.Record.Runner.Pid);
        var up = await platform.UpAsync(platform.Gateway.BaseAddress!.Port);
        up.ExitCode.Should().Be(0, up.ToString());
        var ended = await import.WaitAsync(Patience);

        ended.ExitCode.Should().Be(0, ended.ToString());
        await platform.ConnectAsync();
        await history.ShouldBeStoredAsync(platform);
        await ReceiptShouldAddUpAsync(Path.GetFileName(file), history.Count);
        var again = await platform.StocksAsync(["import", file]);
        again.ExitCode.Should().Be(0, again.ToString());
        var unchanged = (await ReceiptsOfAsync(Path.GetFileName(file))).Sum(receipt => receipt.GetProperty("unchanged").GetInt64());
        unchanged.Should().BeGreaterThanOrEqualTo(history.Count);
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_the_same_time_store_each_row_once()
    {
        var history = History.Of(Symbols, 8_000);
        var file = await history.WriteAsync(platform.Data);

        var both = await Task.WhenAll(platform.StocksAsync(["import", file]), platform.StocksAsync(["import", file]));

        both.Should().OnlyContain(import => import.ExitCode == 0);
        await history.ShouldBeStoredAsync(platform);
        var receipts = await ReceiptsOfAsync(Path.GetFileName(file));
        receipts.Sum(receipt => receipt.GetProperty("stored").GetInt64()).Should().Be(history.Count);
        receipts.Sum(receipt => receipt.GetProperty("unchanged").GetInt64()).Should().Be(history.Count);
    }

    private async Task ReceiptShouldAddUpAsync(string fileName, int rows)
    {
        var receipt = (await ReceiptsOfAsync(fileName)).Should().ContainSingle().Subject;
        long Number(string name) => receipt.GetProperty(name).GetInt64();

        receipt.GetProperty("state").GetString().Should().Be("completed");
        Number("read").Should().Be(rows);
        (Number("stored") + Number("unchanged")).Should().Be(rows);
        (Number("quarantined") + Number("repeated") + Number("rejected")).Should().Be(0);
    }

    private async Task<List<JsonElement>> ReceiptsOfAsync(string fileName) =>
        [.. (await platform.GetAsync("/api/v1/imports?limit=100")).GetProperty("items").EnumerateArray()
            .Where(item => item.TryGetProperty("fileName", out var name) && name.GetString() == fileName)];

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit(); // Until then it holds what a successor needs.
    }
}
