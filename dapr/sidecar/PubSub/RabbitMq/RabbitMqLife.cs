using System.Globalization;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>How long a message lives: a Go duration, or a whole number of seconds above zero.</summary>
internal static class RabbitMqLife
{
    private static readonly TimeSpan Longest = TimeSpan.FromTicks(long.MaxValue / 100);

    public static bool TryParse(string text, out TimeSpan life)
    {
        if (GoDuration.TryParse(text, out life))
        {
            if (life < TimeSpan.Zero) life = TimeSpan.Zero;
            return true;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || seconds <= 0) return false;
        life = seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : Longest;
        return true;
    }

    /// <summary>As the AMQP property <c>expiration</c> has it: milliseconds.</summary>
    public static string Format(TimeSpan life) => ((long)life.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
