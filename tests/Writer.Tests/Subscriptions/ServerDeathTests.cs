using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Writer.Tests.Subscriptions;

public sealed class ServerDeathTests
{
    private const int Symbols = 40;
    private const int Bars = 250;

    [Fact]
    public async Task The_server_dies_in_the_middle_and_every_bar_is_there_once_in_the_end()
    {
        await using var postgres = await KillablePostgres.StartAsync();
        await using var market = await MarketDatabase.CreateAsync(await postgres.CreateDatabaseAsync("stocks"));
        await using var writer = await RunningWriter.StartAsync(market.ConnectionString, ("Writer:MaxPause", "00:00:00.2"), ("Writer:MaxMessagesPerTransaction", "4"));
        await writer.BecomesReadyAsync();
        using var kill = new SemaphoreSlim(0);

        // As a sidecar does: what is not acknowledged is delivered again.
        async Task DeliverAsync(CleanBars message)
        {
            while ((await writer.DeliverAsync(Topics.BarsHistory, message)).Single() != "SUCCESS")
                await Task.Delay(50);
            kill.Release();
        }

        var deliveries = Enumerable.Range(0, Symbols).Select(i => DeliverAsync(Message(i))).ToList();
        await kill.WaitAsync();
        await postgres.KillAsync();
        await Task.WhenAll(deliveries).WaitAsync(TimeSpan.FromMinutes(2));

        (await market.RowsAsync("SELECT count(*), count(DISTINCT (symbol_id, start)) FROM market.bars")).Should().Equal($"{Symbols * Bars}|{Symbols * Bars}");
        (await market.RowsAsync("SELECT count(*), sum(received), sum(inserted) FROM market.import_batches")).Should().Equal($"{Symbols}|{Symbols * Bars}|{Symbols * Bars}");
        (await market.ScalarAsync<long>("SELECT count(*) FROM market.series WHERE bars = 250")).Should().Be(Symbols);
        await writer.BecomesReadyAsync();
    }

    private static CleanBars Message(int number) =>
        CleanBarsOf.Daily([.. Enumerable.Range(0, Bars).Select(day => CleanBarsOf.Bar("2013-02-08") with { Start = CleanBarsOf.Bar("2013-02-08").Start.AddDays(day) })])
            .Batch("i1", number) with
        {
            Symbol = $"S{number}",
        };
}
