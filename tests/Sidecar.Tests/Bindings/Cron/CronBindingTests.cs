using System.Collections.Concurrent;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Bindings.Cron;

public sealed class CronBindingTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<BindingEvent> _events = [];

    [Fact]
    public async Task It_fires_after_each_period_with_the_headers_of_real_Dapr()
    {
        await using var binding = new CronBinding(CronSchedule.Parse("@every 15s", TimeZoneInfo.Utc), _time);
        using var stop = new CancellationTokenSource();
        var reading = binding.ReadAsync(_events.Enqueue, stop.Token);
        for (var n = 1; n <= 3; n++)
        {
            await PassAsync(TimeSpan.FromSeconds(15));
            await Eventually.BeTrueAsync(() => _events.Count == n);
        }

        _events.Should().OnlyContain(e => e.Data.IsEmpty && e.Metadata["timeZone"] == "Local");
        _events.Select(e => e.Metadata["readTimeUTC"]).Should().Equal(
            "2026-03-01 10:00:15 +0000 UTC", "2026-03-01 10:00:30 +0000 UTC", "2026-03-01 10:00:45 +0000 UTC");
        await stop.CancelAsync();
        await reading.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_was_missed_is_not_made_up_for()
    {
        var now = _time.GetUtcNow();
        var schedule = new Scripted([now.AddMinutes(-10), now.AddMinutes(-9), null]);
        await using var binding = new CronBinding(schedule, _time);
        using var stop = new CancellationTokenSource();
        var reading = binding.ReadAsync(_events.Enqueue, stop.Token);
        await Eventually.BeTrueAsync(() => schedule.Asked.Count == 3);
        _events.Should().ContainSingle("the time nine minutes ago has passed, too");
        schedule.Asked.Last().Should().Be(now, "the next time is looked for from now on");
        await stop.CancelAsync();
        await reading.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("schedule", "", "metadata 'schedule' is missing*")]
    [InlineData("other", "x", "metadata 'schedule' is missing*")]
    [InlineData("schedule", "now and then", "metadata 'schedule' is 'now and then'*expected*")]
    public void Without_a_schedule_it_is_refused(string name, string value, string expected)
    {
        var act = () => CronBinding.Create(SidecarContexts.Spec("bindings.cron", new Dictionary<string, string> { [name] = value }));
        act.Should().Throw<ComponentMetadataException>().WithMessage(expected);
    }

    private async Task PassAsync(TimeSpan time)
    {
        await Eventually.BeTrueAsync(() => _time.PendingTimers > 0);
        _time.Advance(time);
    }

    private sealed class Scripted(IEnumerable<DateTimeOffset?> times) : CronSchedule
    {
        private readonly Queue<DateTimeOffset?> _times = new(times);

        public ConcurrentQueue<DateTimeOffset> Asked { get; } = [];

        public override DateTimeOffset? Next(DateTimeOffset after)
        {
            Asked.Enqueue(after);
            return _times.Dequeue();
        }
    }
}
