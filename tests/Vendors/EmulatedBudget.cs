using System.Collections.Concurrent;

namespace StocksDapr.Vendors;

/// <summary>Counts the credits of each key by the minute and the day (UTC), as vendors do: in fixed windows.</summary>
public sealed class EmulatedBudget
{
    private readonly ConcurrentDictionary<(string Key, long Window, bool Daily), int> _spent = new();
    private int _passed;

    /// <summary>Null for no limit.</summary>
    public int? PerMinute { get; set; }

    /// <summary>Null for no limit.</summary>
    public int? PerDay { get; set; }

    /// <summary>How often a request went beyond a limit.</summary>
    public int Passed => _passed;

    /// <summary>Spends, and says which of the limits is passed by it.</summary>
    public BudgetState Spend(string key, int credits, DateTimeOffset at)
    {
        var minute = _spent.AddOrUpdate((key, at.Ticks / TimeSpan.TicksPerMinute, false), credits, (_, spent) => spent + credits);
        var day = _spent.AddOrUpdate((key, at.Ticks / TimeSpan.TicksPerDay, true), credits, (_, spent) => spent + credits);
        var state = new BudgetState(minute, day, minute > PerMinute, day > PerDay);
        if (state.MinutePassed || state.DayPassed)
            Interlocked.Increment(ref _passed);
        return state;
    }
}

/// <param name="UsedInMinute">Credits spent in the minute, this request's included.</param>
/// <param name="UsedInDay">Credits spent in the day, this request's included.</param>
/// <param name="MinutePassed">More than the minute allows.</param>
/// <param name="DayPassed">More than the day allows.</param>
public sealed record BudgetState(int UsedInMinute, int UsedInDay, bool MinutePassed, bool DayPassed);
