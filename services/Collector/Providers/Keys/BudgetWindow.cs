namespace StocksDapr.Collector.Providers.Keys;

/// <summary>A limit on what may be spent in any stretch of time of a length.</summary>
internal sealed record BudgetWindow(TimeSpan Length, int Limit, Func<Spend, int> Weight)
{
    /// <summary>The windows of a key's limits; a day is none of them, since it begins for all keys at one instant.</summary>
    public static IReadOnlyList<BudgetWindow> Of(KeyLimits limits)
    {
        var windows = new List<BudgetWindow>();
        if (limits.CreditsPerMinute is { } credits)
            windows.Add(new BudgetWindow(TimeSpan.FromMinutes(1), credits, spend => spend.Credits));
        if (limits.RequestsPerSecond is { } requests)
            windows.Add(new BudgetWindow(TimeSpan.FromSeconds(1), requests, spend => spend.Requests));
        return windows;
    }

    /// <summary>Whether something spent can still lie in one window with what is sent at an instant.</summary>
    public bool Counts(Spend spend, DateTimeOffset at) => spend.To > at - Length - KeyBudget.Margin;

    public int SpentAt(IEnumerable<Spend> spends, DateTimeOffset at) => spends.Where(spend => Counts(spend, at)).Sum(Weight);

    /// <summary>The earliest instant, not before another, at which so much more keeps to the limit.</summary>
    /// <param name="spends">By <see cref="Spend.To"/>, ascending.</param>
    /// <param name="more">At most <see cref="Limit"/>.</param>
    /// <param name="from">Not before this.</param>
    public DateTimeOffset FreeAt(IReadOnlyList<Spend> spends, int more, DateTimeOffset from)
    {
        var sum = more;
        for (var index = spends.Count - 1; index >= 0 && Counts(spends[index], from); index--)
        {
            sum += Weight(spends[index]);
            if (sum > Limit)
                return spends[index].To + Length + KeyBudget.Margin;
        }

        return from;
    }
}
