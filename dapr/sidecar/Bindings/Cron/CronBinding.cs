using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings.Cron;

/// <summary>
/// <c>bindings.cron</c>: an empty event at every time of a schedule. Nothing is caught up: a time that passes while nobody reads, or while the machine
/// sleeps, is gone.
/// </summary>
internal sealed class CronBinding(CronSchedule schedule, TimeProvider time) : IInputBinding
{
    /// <summary>Timers reach 49 days; and a clock that is set anew is noticed within this time.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public IReadOnlyList<string> Capabilities { get; } = ["INPUT_BINDING"];

    /// <exception cref="ComponentMetadataException">There is no schedule, or it is none.</exception>
    public static CronBinding Create(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Get("schedule") is not { Length: > 0 } text) throw new ComponentMetadataException("schedule", "is missing; expected for example '@every 15s' or '0 30 * * * *'");
        try
        {
            return new CronBinding(CronSchedule.Parse(text, spec.Context.Time.LocalTimeZone), spec.Context.Time);
        }
        catch (FormatException error)
        {
            throw new ComponentMetadataException("schedule", $"is '{text}': {error.Message}; expected for example '@every 15s', '*/5 * * * *' or, with seconds, '0 30 * * * *'");
        }
    }

    public Task InitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task ReadAsync(Action<BindingEvent> deliver, CancellationToken cancellationToken)
    {
        var next = schedule.Next(time.GetUtcNow());
        while (next is { } due)
        {
            for (var left = due - time.GetUtcNow(); left > TimeSpan.Zero; left = due - time.GetUtcNow())
            {
                await Task.Delay(left < LongestWait ? left : LongestWait, time, cancellationToken);
            }

            var now = time.GetUtcNow();
            deliver(new BindingEvent(default, new Dictionary<string, string> { ["timeZone"] = "Local", ["readTimeUTC"] = GoTime.Text(now) }));
            next = schedule.Next(due);
            if (next <= now) next = schedule.Next(now);
        }

        // A schedule without another time: stay, as a binding that is read does until it is stopped.
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
