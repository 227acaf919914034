using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <summary>
/// The ids of scheduled runs: derived from what is due, so that every replica comes to the same one. Letters, digits, <c>-</c> and <c>_</c>, at
/// most 64 of them, as Dapr wants them.
/// </summary>
internal static class Slots
{
    private const int MaxLength = 64;

    /// <summary>Collects everything up to a bar: <c>collect-15min-2026-11-20T1530Z-simulated</c>, <c>collect-1d-2026-11-20-simulated</c>.</summary>
    public static string Collect(string market, Interval interval, DateTimeOffset newestDue) =>
        Checked($"collect-{interval.Code}-{(interval.IsIntraday ? Minute(newestDue) : Day(DateOnly.FromDateTime(newestDue.UtcDateTime)))}-{market}");

    /// <summary>Collects what is missing although the slot has been collected, for the so many-th time: <c>collect-1d-2026-11-20-simulated-again-1</c>.</summary>
    public static string CollectAgain(string market, Interval interval, DateTimeOffset newestDue, int number) =>
        Checked(string.Create(CultureInfo.InvariantCulture, $"{Collect(market, interval, newestDue)}-again-{number}"));

    /// <summary>Fetches instruments and corporate actions: <c>reference-2026-11-20T1430Z-simulated</c>.</summary>
    public static string Reference(string market, DateTimeOffset due) => Checked($"reference-{Minute(due)}-{market}");

    /// <summary>Collects what is missing of one symbol that is newly tracked: <c>track-1d-2026-11-20T1702Z-us-stocks-5f3a…</c>, the minute being that of the tracking.</summary>
    public static string Track(string market, Interval interval, string symbol, DateTimeOffset trackedAt) =>
        Checked($"track-{interval.Code}-{Minute(trackedAt)}-{market}-{NameOf(symbol)}");

    /// <summary>Fetches the corporate actions of one symbol that is newly tracked.</summary>
    public static string TrackReference(string market, string symbol, DateTimeOffset trackedAt) => Checked($"track-reference-{Minute(trackedAt)}-{market}-{NameOf(symbol)}");

    /// <summary>A symbol may have characters that no id has.</summary>
    private static string NameOf(string symbol) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(symbol)).AsSpan(0, 8));

    /// <summary>A snapshot of option chains: <c>options-2026-11-20T1530Z-simulated</c>.</summary>
    public static string Options(string market, DateTimeOffset due) => Checked($"options-{Minute(due)}-{market}");

    /// <summary>Closes a session: <c>end-of-day-2026-11-20</c>.</summary>
    public static string EndOfDay(DateOnly session) => $"end-of-day-{Day(session)}";

    /// <summary>Compares a session with what a second provider says: <c>cross-check-2026-11-20-us-stocks</c>.</summary>
    public static string CrossCheck(string market, DateOnly session) => Checked($"cross-check-{Day(session)}-{market}");

    private static string Minute(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HHmm'Z'", CultureInfo.InvariantCulture);

    private static string Day(DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);

    private static string Checked(string id) => id.Length <= MaxLength ? id : throw new InvalidOperationException($"'{id}' is longer than an id may be; the market's name is too long.");
}
