using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Bindings.Cron;

/// <summary>
/// When a cron binding fires: five fields (minute, hour, day of month, month, day of week), six with seconds before them, or a descriptor such as
/// <c>@hourly</c> or <c>@every 15s</c>; <c>TZ=</c> or <c>CRON_TZ=</c> and a time zone may come first. Otherwise times are local ones.
/// </summary>
internal abstract class CronSchedule
{
    /// <summary>The next time after <paramref name="after"/>; null when there is none within five years.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <exception cref="FormatException">The text is no schedule; the message says why.</exception>
    public static CronSchedule Parse(string text, TimeZoneInfo local)
    {
        var zone = local;
        if (text.StartsWith("TZ=", StringComparison.Ordinal) || text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var space = text.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0) throw new FormatException("nothing follows the time zone");
            zone = Zone(text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..space]);
            text = text[space..].Trim();
        }

        return text.StartsWith('@') ? Descriptor(text, zone) : Fields(text, zone);
    }

    private static TimeZoneInfo Zone(string name)
    {
        if (name is "" or "UTC") return TimeZoneInfo.Utc;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : throw new FormatException($"provided bad location {name}: unknown time zone {name}");
    }

    private static CronSchedule Descriptor(string text, TimeZoneInfo zone)
    {
        const string Every = "@every ";
        if (text.StartsWith(Every, StringComparison.Ordinal))
        {
            if (!GoDuration.TryParse(text[Every.Length..], out var period)) throw new FormatException($"failed to parse duration {text}");
            return period > TimeSpan.Zero ? new EverySchedule(period) : throw new FormatException($"the period of {text} must be more than nothing");
        }

        return text switch
        {
            "@yearly" or "@annually" => Fields("0 0 0 1 1 *", zone),
            "@monthly" => Fields("0 0 0 1 * *", zone),
            "@weekly" => Fields("0 0 0 * * 0", zone),
            "@daily" or "@midnight" => Fields("0 0 0 * * *", zone),
            "@hourly" => Fields("0 0 * * * *", zone),
            _ => throw new FormatException($"unrecognized descriptor: {text}"),
        };
    }

    private static CalendarSchedule Fields(string text, TimeZoneInfo zone)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6)) throw new FormatException($"expected 5 to 6 fields, found {fields.Length}: {text}");
        var at = fields.Length - 5;
        return new CalendarSchedule(zone)
        {
            Second = at == 0 ? CronField.Only(0) : CronField.Seconds(fields[0]),
            Minute = CronField.Minutes(fields[at]),
            Hour = CronField.Hours(fields[at + 1]),
            DayOfMonth = CronField.DaysOfMonth(fields[at + 2]),
            Month = CronField.Months(fields[at + 3]),
            DayOfWeek = CronField.DaysOfWeek(fields[at + 4]),
        };
    }
}

/// <summary>Again and again after the same time.</summary>
internal sealed class EverySchedule(TimeSpan period) : CronSchedule
{
    public override DateTimeOffset? Next(DateTimeOffset after) => after + period;
}
