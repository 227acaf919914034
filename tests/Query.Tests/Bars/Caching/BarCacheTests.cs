using Microsoft.Extensions.Options;
using StocksDapr.Market;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Tests.Bars.Caching;

public sealed class BarCacheTests : IDisposable
{
    private static readonly Interval Daily = Interval.OneDay;

    private readonly FakeBarStore _store = new();
    private readonly QueryMetrics _metrics = new();
    private readonly BarCache _cache;

    public BarCacheTests()
    {
        _cache = Make(1);
        _cache.TurnOn();
    }

    [Fact]
    public async Task A_block_is_read_once_and_answered_from_memory_afterwards()
    {
        var series = await FindAsync("AAPL");
        var first = await BlockAsync(series, 2013);

        (await BlockAsync(await FindAsync("AAPL"), 2013)).Should().BeSameAs(first);
        _store.Loads.Should().Be(1);
        _store.Finds.Should().Be(1);
    }

    [Fact]
    public async Task Many_who_ask_for_the_same_block_share_one_read()
    {
        var series = await FindAsync("AAPL");
        _store.Hold = true;

        var all = Enumerable.Range(0, 50).Select(_ => BlockAsync(series, 2013)).ToArray();
        _store.Loads.Should().Be(1);
        _store.Release();

        (await Task.WhenAll(all)).Distinct().Should().ContainSingle();
        _store.Loads.Should().Be(1);
    }

    [Fact]
    public async Task One_who_goes_away_does_not_cancel_the_read_for_the_others()
    {
        var series = await FindAsync("AAPL");
        _store.Hold = true;
        using var leaving = new CancellationTokenSource();
        var first = _cache.GetAsync(series, 2013, 2013, 1, leaving.Token).AsTask();
        var second = BlockAsync(series, 2013);

        await leaving.CancelAsync();
        await first.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        _store.Release();

        (await second).Count.Should().Be(1);
        _store.Loads.Should().Be(1);
    }

    [Fact]
    public async Task A_read_that_began_before_the_change_was_announced_is_not_kept()
    {
        var series = await FindAsync("AAPL");
        _store.Hold = true;
        var early = BlockAsync(series, 2013);

        _store.Value = 2;
        Announce("AAPL", 2013);
        _store.Release();
        FakeBarStore.ValueOf(await early).Should().Be(1, "it was read before the change");

        FakeBarStore.ValueOf(await BlockAsync(await FindAsync("AAPL"), 2013)).Should().Be(2);
    }

    [Fact]
    public async Task Who_asks_after_the_announcement_does_not_join_a_read_from_before_it()
    {
        var series = await FindAsync("AAPL");
        _store.Hold = true;
        var early = BlockAsync(series, 2013);
        _store.Value = 2;
        Announce("AAPL", 2013);

        var late = BlockAsync(series, 2013);
        _store.Loads.Should().Be(2);
        _store.Release();

        FakeBarStore.ValueOf(await late).Should().Be(2);
        FakeBarStore.ValueOf(await early).Should().Be(1);
        FakeBarStore.ValueOf(await BlockAsync(series, 2013)).Should().Be(2, "whichever of the two ended last");
    }

    [Fact]
    public async Task A_series_that_is_found_while_its_change_is_announced_is_not_kept_either()
    {
        _store.Hold = true;
        var early = FindAsync("NEW");
        _store.Value = 2;
        Announce("NEW", 2020);
        _store.Release();
        var stale = await early;

        (await FindAsync("NEW")).Last.Should().BeGreaterThan(stale.Last);
    }

    [Fact]
    public async Task Only_the_blocks_of_the_announced_range_are_dropped()
    {
        var series = await FindAsync("AAPL");
        var other = await FindAsync("MSFT");
        foreach (var year in (int[])[2012, 2013, 2014, 2015])
            await BlockAsync(series, year);
        await BlockAsync(other, 2013);
        _store.Value = 2;

        _cache.Invalidate("AAPL", Daily, Start(2013), Start(2014));

        FakeBarStore.ValueOf(await BlockAsync(series, 2012)).Should().Be(1);
        FakeBarStore.ValueOf(await BlockAsync(series, 2013)).Should().Be(2);
        FakeBarStore.ValueOf(await BlockAsync(series, 2014)).Should().Be(2);
        FakeBarStore.ValueOf(await BlockAsync(series, 2015)).Should().Be(1);
        FakeBarStore.ValueOf(await BlockAsync(other, 2013)).Should().Be(1);
    }

    [Fact]
    public async Task While_it_is_off_everything_is_read_from_the_store()
    {
        var series = await FindAsync("AAPL");
        await BlockAsync(series, 2013);
        _cache.TurnOff();
        _store.Value = 2;

        FakeBarStore.ValueOf(await BlockAsync(series, 2013)).Should().Be(2);
        _store.Value = 3;
        FakeBarStore.ValueOf(await BlockAsync(series, 2013)).Should().Be(3);
        _cache.Bytes.Should().Be(0);
    }

    [Fact]
    public async Task What_was_begun_before_it_went_off_is_not_kept_when_it_is_on_again()
    {
        var series = await FindAsync("AAPL");
        _store.Hold = true;
        var early = BlockAsync(series, 2013);
        _cache.TurnOff();
        _store.Value = 2;
        _cache.TurnOn();
        _store.Release();
        await early;

        FakeBarStore.ValueOf(await BlockAsync(await FindAsync("AAPL"), 2013)).Should().Be(2);
    }

    [Fact]
    public async Task Unknown_symbols_are_not_remembered()
    {
        (await _cache.FindAsync(["UNKNOWN"], Daily, default)).Should().Equal([null]);
        (await _cache.FindAsync(["UNKNOWN"], Daily, default)).Should().Equal([null]);
        _store.Finds.Should().Be(2);
    }

    [Fact]
    public async Task A_failed_read_fails_those_who_wait_and_nobody_after_them()
    {
        var series = await FindAsync("AAPL");
        _store.Failure = new IOException("gone");
        await FluentActions.Awaiting(() => BlockAsync(series, 2013)).Should().ThrowAsync<IOException>();

        _store.Failure = null;
        (await BlockAsync(series, 2013)).Count.Should().Be(1);
    }

    [Fact]
    public async Task The_budget_holds_and_what_is_read_often_stays()
    {
        var room = new BlockRoom(10 * Entry().Block.Size, _metrics);
        var entry = new SeriesEntry(new Stripe());
        var favourite = Put(entry, room, 0);
        for (var period = 1; period <= 100; period++)
        {
            favourite.Used = true;
            Put(entry, room, period);
            room.Bytes.Should().BeLessThanOrEqualTo(10 * Entry().Block.Size);
        }

        entry.Blocks.Should().ContainKey(0).And.ContainKey(100).And.HaveCount(10);
        await Task.CompletedTask;

        CachedBlock Entry() => new(new SeriesEntry(new Stripe()), 0, One());
    }

    [Fact]
    public void A_block_that_is_larger_than_the_budget_does_not_stay()
    {
        var room = new BlockRoom(10, _metrics);
        var entry = new SeriesEntry(new Stripe());
        Put(entry, room, 0);

        room.Bytes.Should().Be(0);
        entry.Blocks.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_room_the_cache_stays_off()
    {
        var cache = Make(0);
        cache.TurnOn();

        cache.IsOn.Should().BeFalse();
        (await cache.FindAsync(["AAPL"], Daily, default))[0].Should().NotBeNull();
    }

    public void Dispose() => _metrics.Dispose();

    private static CachedBlock Put(SeriesEntry entry, BlockRoom room, int period)
    {
        var cached = new CachedBlock(entry, period, One()) { Used = false };
        entry.Blocks[period] = cached;
        room.Add(cached);
        return cached;
    }

    private static Block One()
    {
        var builder = new BlockBuilder(Daily);
        builder.Add(new Bar(DateTimeOffset.UnixEpoch, 1, 1, 1, 1, 1), "\"s\""u8);
        return builder.Build();
    }

    private static long Start(int year) => BlockPeriods.Start(Daily, year).ToUnixTimeSeconds();

    private BarCache Make(int mebibytes) => new(_store, Options.Create(new QueryOptions { CacheMebibytes = mebibytes }), _metrics);

    private void Announce(string symbol, int year) => _cache.Invalidate(symbol, Daily, Start(year), Start(year));

    private async Task<Series> FindAsync(string symbol) => (await _cache.FindAsync([symbol], Daily, default))[0]!;

    private Task<Block> BlockAsync(Series series, int period) => _cache.GetAsync(series, period, period, 1, default).AsTask();
}
