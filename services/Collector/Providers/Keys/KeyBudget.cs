namespace StocksDapr.Collector.Providers.Keys;

/// <summary>
/// The rules by which a key's ledger goes on, so that the vendor never counts more than the limits, wherever its minute begins. What was granted counts in a
/// window until the last instant at which the vendor may have counted it has left the window: that is when the answer was there, or, until it is, when the
/// request will have been given up. Docs: decision 0016.
/// </summary>
/// <param name="limits">What the key may spend.</param>
/// <param name="timeout">How long a request takes at most.</param>
internal sealed class KeyBudget(KeyLimits limits, TimeSpan timeout)
{
    /// <summary>How far the clocks of two replicas may be apart.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>A grant that is older than this is not used any more: what is sent later would be counted later than was thought.</summary>
    public static readonly TimeSpan GrantLife = TimeSpan.FromSeconds(5);

    public static readonly DateTimeOffset Never = DateTimeOffset.MaxValue;

    /// <summary>A request that was given up may still be on its way for this long.</summary>
    private static readonly TimeSpan Straggling = TimeSpan.FromSeconds(5);

    /// <summary>The share of a day that may be spent on what can be done without.</summary>
    private const double DispensableShare = 0.5;

    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstRefusal = TimeSpan.FromMinutes(10);

    private readonly IReadOnlyList<BudgetWindow> _windows = BudgetWindow.Of(limits);

    public KeyLimits Limits => limits;

    /// <summary>How long after a grant the vendor may count its request when no answer is seen.</summary>
    public TimeSpan Flight => GrantLife + timeout + Straggling;

    /// <summary>Takes out what counts in no window any more.</summary>
    public KeyLedger Prune(KeyLedger ledger, DateTimeOffset now)
    {
        // Not at once at midnight: until every replica's clock is past it, the old day's sum is needed. All that may count in the new one is in Spends till then.
        var day = DayOf(now - Margin - Margin);
        if (day > ledger.Day)
            ledger = ledger with { Day = day, DaySpent = 0 };
        var gone = ledger.Spends.Where(spend => spend.To + LongestWindow + Margin <= now).ToList();
        return gone.Count == 0 ? ledger : ledger with
        {
            Spends = [.. ledger.Spends.Except(gone)],
            DaySpent = ledger.DaySpent + gone.Where(spend => Touches(spend, ledger.Day)).Sum(spend => spend.Credits),
        };
    }

    public KeyLedger Grant(KeyLedger ledger, string id, int credits, DateTimeOffset now) =>
        ledger with { Spends = [.. ledger.Spends, new Spend(now, now + Flight, credits, 1, id)] };

    /// <summary>Takes in what came of a grant. Taking the same in twice changes nothing.</summary>
    public KeyLedger Report(KeyLedger ledger, SpendReport report)
    {
        if (ledger.Spends.FirstOrDefault(spend => spend.Id == report.Id) is { } spend)
            ledger = ledger with { Spends = Answered(ledger.Spends, spend, report) };
        if (report.Usage is { } usage)
            ledger = ledger with { Spends = WithOthers(ledger.Spends, usage, report.At) };
        return Judged(ledger, report);
    }

    /// <summary>What the vendor may count in the minute that ends now.</summary>
    public static int SpentInMinute(KeyLedger ledger, DateTimeOffset now) =>
        ledger.Spends.Where(spend => spend.To > now - LongestWindow - Margin).Sum(spend => spend.Credits);

    /// <summary>When some of that counts no longer, UTC; null when there is none.</summary>
    public static DateTimeOffset? MinuteRenewsAt(KeyLedger ledger, DateTimeOffset now) =>
        ledger.Spends.Where(spend => spend.To > now - LongestWindow - Margin).Select(spend => (DateTimeOffset?)(spend.To + LongestWindow + Margin)).Min();

    public int SpentInDay(KeyLedger ledger, DateOnly day) =>
        (ledger.Day == day ? ledger.DaySpent : 0) + ledger.Spends.Where(spend => Touches(spend, day)).Sum(spend => spend.Credits);

    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime - limits.DayBegins.ToTimeSpan());

    public DateTimeOffset BeginOf(DateOnly day) => new(day.ToDateTime(limits.DayBegins), TimeSpan.Zero);

    /// <summary>The earliest instant, not before another, at which a request may be granted with the key.</summary>
    /// <param name="ledger">The key's ledger.</param>
    /// <param name="spends">The ledger's spends and what else is planned, by <see cref="Spend.To"/>, ascending.</param>
    /// <param name="credits">What the request costs.</param>
    /// <param name="from">Not before this.</param>
    /// <param name="isDispensable">Whether it leaves half of the day to others.</param>
    public DateTimeOffset EarliestAt(KeyLedger ledger, IReadOnlyList<Spend> spends, int credits, DateTimeOffset from, bool isDispensable = false)
    {
        var perDay = isDispensable ? (int?)(limits.CreditsPerDay * DispensableShare) : limits.CreditsPerDay;
        if (credits > limits.LargestRequest || credits > perDay)
            return Never;

        var at = ledger.BlockedUntil(from) ?? from;
        while (true)
        {
            var free = at;
            foreach (var window in _windows)
                free = window.FreeAt(spends, window.Weight(new Spend(at, at, credits, 1)), free);
            free = DayFreeAt(ledger, spends, credits, perDay, free);
            if (free == at)
                return at;
            at = free;
        }
    }

    private DateTimeOffset DayFreeAt(KeyLedger ledger, IReadOnlyList<Spend> spends, int credits, int? perDay, DateTimeOffset at)
    {
        if (perDay is not { } limit)
            return at;

        // It may be counted in two days when it is granted shortly before midnight.
        var last = DayOf(at + Flight + Margin);
        for (var day = DayOf(at - Margin); day <= last; day = day.AddDays(1))
        {
            var spent = (ledger.Day == day ? ledger.DaySpent : 0) + spends.Where(spend => Touches(spend, day)).Sum(spend => spend.Credits);
            if (spent + credits > limit)
                return BeginOf(day.AddDays(1)) + Margin;
        }

        return at;
    }

    private bool Touches(Spend spend, DateOnly day) => DayOf(spend.From - Margin) <= day && DayOf(spend.To + Margin) >= day;

    /// <summary>What has been answered needs no name any more: all of one second become one, so that a ledger stays small.</summary>
    private static List<Spend> Answered(IReadOnlyList<Spend> spends, Spend spend, SpendReport report)
    {
        var to = CeilingSecond(report.WasAnswered ? report.At : report.At + Straggling);
        var same = spends.Where(other => other.Id is null && other.To == to).Append(spend).ToList();
        return
        [
            .. spends.Except(same),
            new Spend(same.Min(one => one.From), to, same.Sum(one => one.Credits), same.Sum(one => one.Requests)),
        ];
    }

    /// <summary>
    /// Where the vendor counts more than was granted, somebody else uses the key, or it charges otherwise. Whatever it counts in its minute lies in our last 62
    /// seconds too, so it never counts more of ours than we do.
    /// </summary>
    private IReadOnlyList<Spend> WithOthers(IReadOnlyList<Spend> spends, CreditUsage usage, DateTimeOffset at)
    {
        if (limits.CreditsPerMinute is not { } limit || (usage.Left ?? limit - usage.Used) is not { } left)
            return spends;

        var ours = spends.Where(spend => spend.To > at - LongestWindow - Margin).Sum(spend => spend.Credits);
        var others = Math.Clamp(limit - left, 0, limit) - ours;
        return others <= 0 ? spends : [.. spends, new Spend(at, CeilingSecond(at), others, 0)];
    }

    private static KeyLedger Judged(KeyLedger ledger, SpendReport report)
    {
        switch (report.Error)
        {
            case { Kind: ProviderErrorKind.RateLimited } limited:
                // Of requests under way together, all that come back limited say the same once.
                var again = ledger.LimitedAt is null || report.GrantedAt > ledger.LimitedAt;
                var wait = limited.RetryAfter ?? LongestWindow * Math.Pow(2, Math.Min(ledger.Limits, 11));
                var until = report.At + Earlier(wait, LongestLimit) + Margin;
                return ledger with
                {
                    LimitedUntil = ledger.LimitedUntil > until || (!again && limited.RetryAfter is null) ? ledger.LimitedUntil : until,
                    LimitedAt = again ? report.At : ledger.LimitedAt,
                    Limits = again ? ledger.Limits + 1 : ledger.Limits,
                    Complaint = limited.Detail,
                };
            case { IsKeyRefused: true } refused when ledger.RefusedAt is null || report.GrantedAt > ledger.RefusedAt:
                return ledger with
                {
                    RefusedUntil = report.At + Earlier(FirstRefusal * Math.Pow(2, Math.Min(ledger.Refusals, 11)), LongestLimit),
                    RefusedAt = report.At,
                    Refusals = ledger.Refusals + 1,
                    Complaint = refused.Detail,
                };
            case null when report.GrantedAt > ledger.LimitedAt || report.GrantedAt > ledger.RefusedAt:
                return ledger with { LimitedUntil = null, LimitedAt = null, Limits = 0, RefusedUntil = null, RefusedAt = null, Refusals = 0, Complaint = null };
            default:
                return ledger;
        }
    }

    private static DateTimeOffset CeilingSecond(DateTimeOffset at) => new((at.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
