using StocksDapr.Collector.Live;
using StocksDapr.Collector.Tests.Providers.Keys;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Live;

public sealed class LiveLeaseTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    private readonly ManualTimeProvider _time = new();
    private readonly SharedState _state = new(_ => Task.CompletedTask, new Random(1));

    [Fact]
    public async Task One_replica_has_it_as_long_as_it_says_so()
    {
        var (first, second) = (Lease("a"), Lease("b"));

        for (var i = 0; i < 20; i++)
        {
            (await first.TryHoldAsync(null, default)).Should().BeTrue();
            (await second.TryHoldAsync(null, default)).Should().BeFalse();
            _time.Advance(Length / 2);
        }
    }

    [Fact]
    public async Task Another_one_takes_over_when_it_has_seen_no_sign_of_life_for_the_whole_length()
    {
        var (first, second) = (Lease("a"), Lease("b"));
        await first.TryHoldAsync(null, default);
        _time.Advance(Length);
        (await second.TryHoldAsync(null, default)).Should().BeFalse("it has only just seen this sign");

        _time.Advance(Length - TimeSpan.FromTicks(1));
        (await second.TryHoldAsync(null, default)).Should().BeFalse();
        _time.Advance(TimeSpan.FromTicks(1));

        (await second.TryHoldAsync(null, default)).Should().BeTrue();
        (await first.TryHoldAsync(null, default)).Should().BeFalse("it has lost it");
    }

    [Fact]
    public async Task What_is_released_is_free_at_once()
    {
        var (first, second) = (Lease("a"), Lease("b"));
        await first.TryHoldAsync(null, default);
        await second.ReleaseAsync(default);
        (await second.TryHoldAsync(null, default)).Should().BeFalse("it was not its own to release");

        await first.ReleaseAsync(default);

        (await second.TryHoldAsync(null, default)).Should().BeTrue();
    }

    [Fact]
    public async Task Of_many_who_try_at_once_one_has_it()
    {
        var state = new SharedState(_ => Task.Delay(1), new Random(2)) { Latency = TimeSpan.FromMilliseconds(2) };
        var leases = Enumerable.Range(0, 8).Select(i => new LiveLease(state, "live-x", $"r{i}", Length, _time));

        var held = await Task.WhenAll(leases.Select(lease => lease.TryHoldAsync(null, default)));

        held.Count(holds => holds).Should().Be(1);
    }

    private LiveLease Lease(string holder) => new(_state, "live-x", holder, Length, _time);
}
