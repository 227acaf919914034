using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;
using StocksDapr.Writer.Streams;

namespace StocksDapr.Writer.Tests.Streams;

public sealed class StreamEventsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Events = "SELECT kind, close, old_close, volume, old_volume FROM market.stream_events ORDER BY position";

    private static readonly DateTimeOffset Minute = Recent();

    [Fact]
    public async Task A_recent_bar_is_told_when_it_is_stored_and_with_both_values_when_it_is_corrected()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);
        var store = market.NewStore();

        await WriteAsync(store, Message(0, Bar(0, close: 10.5, volume: 100)));
        await WriteAsync(store, Message(1, Bar(0, close: 10.5, volume: 100)));
        await WriteAsync(store, Message(2, Bar(0, close: 10.75, volume: 120)));

        (await market.RowsAsync(Events)).Should().Equal("1|10.5||100|", "2|10.75|10.5|120|100");
    }

    [Fact]
    public async Task Old_bars_are_not_told_and_the_stream_is_not_locked_for_them()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);
        await using var other = await market.ConnectAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_xact_lock({Locks.Stream})", other, transaction))
            await command.ExecuteNonQueryAsync();

        await WriteAsync(market.NewStore(), CleanBarsOf.Daily(CleanBarsOf.Bar("2013-02-08"), CleanBarsOf.Bar("2013-02-11")));

        (await market.RowsAsync(Events)).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_a_message_with_old_and_recent_bars_the_recent_ones_are_told()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);

        await WriteAsync(market.NewStore(), Message(0, Bar(-60 * 24 * 30), Bar(-1), Bar(0, close: 10.25)));

        (await market.RowsAsync(Events)).Should().Equal("1|10.5||100|", "1|10.25||100|");
    }

    [Fact]
    public async Task Many_bars_at_once_are_told_as_a_range()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);

        await WriteAsync(market.NewStore(), Message(0, [.. Enumerable.Range(-StreamEvents.MaxPerMessage, StreamEvents.MaxPerMessage + 1).Select(minute => Bar(minute))]));

        (await market.RowsAsync("SELECT kind, close, extract(epoch from last_start - start)::int / 60 FROM market.stream_events"))
            .Should().Equal($"3||{StreamEvents.MaxPerMessage}");
    }

    [Fact]
    public async Task A_forming_bar_is_kept_apart_until_its_final_values_are_stored_and_is_not_taken_up_again()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);
        var live = new LiveBarStore(market.Database, new Catalog());

        await live.WriteAsync([Forming(0, close: 10.1), Forming(1, close: 10.2)], CancellationToken.None);
        await live.WriteAsync([Forming(3, close: 10.4)], CancellationToken.None);
        await live.WriteAsync([Forming(2, close: 10.3)], CancellationToken.None);
        (await market.RowsAsync("SELECT close, ended FROM market.live_bars")).Should().Equal("10.4|False");
        (await market.ScalarAsync<long>("SELECT count(*) FROM market.bars")).Should().Be(0);

        await WriteAsync(market.NewStore(), Message(0, Bar(0)));
        await live.WriteAsync([Forming(9, close: 10.9)], CancellationToken.None);

        (await market.RowsAsync("SELECT close FROM market.live_bars")).Should().BeEmpty();
        (await market.RowsAsync("SELECT close FROM market.bars")).Should().Equal("10.5");
    }

    [Fact]
    public async Task Pruning_says_through_which_position_events_are_gone_and_leaves_bars_that_are_still_forming()
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);
        var live = new LiveBarStore(market.Database, new Catalog());
        var pruning = new StreamPruning(market.Database);
        var now = TimeProvider.System.GetUtcNow();
        await WriteAsync(market.NewStore(), Message(0, Bar(-2), Bar(-1)));
        await live.WriteAsync([Forming(0), Forming(0, start: 1, ended: true)], CancellationToken.None);

        await pruning.PruneAsync(now.AddHours(-1), now, CancellationToken.None);
        (await market.ScalarAsync<long>("SELECT pruned_through FROM market.stream_state")).Should().Be(0);
        await pruning.PruneAsync(now.AddMinutes(1), now + StreamPruning.EndedFor + TimeSpan.FromMinutes(1), CancellationToken.None);

        (await market.RowsAsync(Events)).Should().BeEmpty();
        (await market.ScalarAsync<long>("SELECT pruned_through FROM market.stream_state")).Should().Be(2);
        (await market.RowsAsync("SELECT ended FROM market.live_bars")).Should().Equal("False");
    }

    [Fact]
    public async Task A_reader_that_goes_on_from_the_last_position_it_saw_misses_nothing_however_transactions_overlap()
    {
        const int Writers = 6, Rounds = 40;
        await using var market = await MarketDatabase.CreateAsync(postgres);
        var live = new LiveBarStore(market.Database, new Catalog());
        await using var reader = await market.ConnectAsync();
        using var done = new CancellationTokenSource();
        var seen = new List<long>();
        var reading = Task.Run(ReadAsync);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var store = market.NewStore();
            for (var round = 0; round < Rounds; round++)
            {
                // Transactions of very different length take their positions at the same time.
                var bars = Enumerable.Range(0, 1 + ((writer + round) % 5 * 12)).Select(i => Bar(-(round * 64) - i)).Reverse().ToArray();
                await WriteAsync(store, Message(round, bars) with { Symbol = $"S{writer}" });
                await live.WriteAsync([Forming(round, symbol: $"L{writer}")], CancellationToken.None);
            }
        })));
        await done.CancelAsync();
        await reading;

        var all = await market.RowsAsync("SELECT position FROM market.stream_events ORDER BY position");
        seen.Select(position => position.ToString(System.Globalization.CultureInfo.InvariantCulture)).Should().Equal(all);
        all.Should().HaveCountGreaterThan(Writers * Rounds);

        async Task ReadAsync()
        {
            for (var isLast = false; ; isLast = done.IsCancellationRequested)
            {
                await using (var command = new Npgsql.NpgsqlCommand("SELECT position FROM market.stream_events WHERE position > $1 ORDER BY position", reader))
                {
                    command.Parameters.Add(new() { Value = seen.LastOrDefault() });
                    await using var rows = await command.ExecuteReaderAsync();
                    while (await rows.ReadAsync())
                        seen.Add(rows.GetInt64(0));
                }

                if (isLast)
                    return;
            }
        }
    }

    private static DateTimeOffset Recent()
    {
        var now = TimeProvider.System.GetUtcNow().AddHours(-1);
        return new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
    }

    private static Bar Bar(int minute, double close = 10.5, long volume = 100) => new(Minute.AddMinutes(minute), 10, 11, 9, close, volume);

    private static CleanBars Message(int fetched, params Bar[] bars) =>
        new("AAPL", Interval.OneMinute, new Provenance("test", "r1", Minute.AddMinutes(fetched)), bars, [], []);

    private static LiveBars Forming(int second, double close = 10.5, int start = 0, bool ended = false, string symbol = "AAPL") =>
        new("test", [new LiveBar(symbol, Interval.OneMinute, Minute.AddMinutes(start), 10, 11, 9, close, 100, Minute.AddSeconds(second), IsPartial: false, HasEnded: ended)]);

    private static async Task WriteAsync(BarStore store, CleanBars message) =>
        await store.WriteAsync([PreparedBars.From(message)], CancellationToken.None);
}
