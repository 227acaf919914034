using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Writer.Streams;

/// <summary>Judges messages about bars that are not final.</summary>
internal static class LiveBarRules
{
    private const int MaxSource = 100;

    // What forms now begins now; a bar as long as a month began before. Days ahead only where a closed market is played.
    private static readonly TimeSpan Window = TimeSpan.FromDays(40);

    /// <summary>What is wrong with a message, null if nothing is.</summary>
    public static string? Unacceptable(LiveBars message, DateTimeOffset now)
    {
        if (message.Source is not { Length: > 0 and <= MaxSource } || message.Source.Contains('\0'))
            return $"'source' is a name of at most {MaxSource} characters.";
        if (message.Bars is not { Count: > 0 and <= LiveBars.MaxBars })
            return $"A message has 1 to {LiveBars.MaxBars} bars.";

        foreach (var bar in message.Bars)
        {
            if (bar is null || !Symbol.IsValid(bar.Symbol) || bar.Interval is null)
                return "A bar has a symbol and an interval.";
            if (bar.Start < now - Window || bar.Start > now + Window || bar.UpdatedAt < now - Window || bar.UpdatedAt > now + Window)
                return $"'start' and 'updatedAt' of {bar.Symbol} are not about now.";
            if (!double.IsFinite(bar.Open + bar.High + bar.Low + bar.Close) || bar.Low <= 0 || bar.Volume < 0
                || bar.High < Math.Max(bar.Open, bar.Close) || bar.Low > Math.Min(bar.Open, bar.Close))
                return $"The values of {bar.Symbol} are not those of a bar.";
        }

        return null;
    }
}
