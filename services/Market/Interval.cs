using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Market;

/// <summary>
/// The length of a bar. The code (<c>1min</c>, <c>15min</c>, <c>1d</c>) is what the API, messages and the database say;
/// <see cref="Id"/> is what the database stores and never changes its meaning.
/// </summary>
public sealed class Interval
{
    public static readonly Interval OneMinute = new(1, "1min", TimeSpan.FromMinutes(1), "1m", "1minute");
    public static readonly Interval FiveMinutes = new(2, "5min", TimeSpan.FromMinutes(5), "5m");
    public static readonly Interval FifteenMinutes = new(3, "15min", TimeSpan.FromMinutes(15), "15m");
    public static readonly Interval ThirtyMinutes = new(4, "30min", TimeSpan.FromMinutes(30), "30m");
    public static readonly Interval OneHour = new(5, "1h", TimeSpan.FromHours(1), "60min", "60m", "1hour");
    public static readonly Interval OneDay = new(10, "1d", TimeSpan.FromDays(1), "1day", "daily");
    public static readonly Interval OneWeek = new(11, "1wk", TimeSpan.FromDays(7), "1w", "1week", "weekly");
    public static readonly Interval OneMonth = new(12, "1mo", TimeSpan.FromDays(30), "1month", "monthly");

    private readonly string[] _aliases;

    private Interval(short id, string code, TimeSpan length, params string[] aliases)
    {
        Id = id;
        Code = code;
        Length = length;
        _aliases = aliases;
    }

    /// <summary>Every interval, shortest first.</summary>
    public static IReadOnlyList<Interval> All { get; } =
        [OneMinute, FiveMinutes, FifteenMinutes, ThirtyMinutes, OneHour, OneDay, OneWeek, OneMonth];

    public short Id { get; }

    public string Code { get; }

    /// <summary>The nominal length. A month is nominally 30 days; a session may be shorter than its interval.</summary>
    public TimeSpan Length { get; }

    /// <summary>Shorter than a session: bars are named by a UTC instant, not by a session date.</summary>
    public bool IsIntraday => Length < TimeSpan.FromDays(1);

    /// <summary>Understands the code and the spellings that vendors use for it, in any letter case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Interval? interval)
    {
        foreach (var candidate in All)
        {
            if (string.Equals(candidate.Code, text, StringComparison.OrdinalIgnoreCase)
                || candidate._aliases.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                interval = candidate;
                return true;
            }
        }

        interval = null;
        return false;
    }

    public static Interval FromId(short id) =>
        All.FirstOrDefault(interval => interval.Id == id)
        ?? throw new ArgumentOutOfRangeException(nameof(id), id, "No interval has this id.");

    public override string ToString() => Code;
}
