using System.Globalization;

namespace StocksDapr.Sidecar.Bindings.Cron;

/// <summary>The values that one field of a cron line allows, as bits.</summary>
/// <param name="Bits">Bit n is set when the value n is allowed.</param>
/// <param name="IsStar">True for <c>*</c> and <c>?</c>: the field restricts nothing (which matters for the two day fields).</param>
internal readonly record struct CronField(ulong Bits, bool IsStar)
{
    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static CronField Only(int value) => new(1UL << value, IsStar: false);

    public static CronField Seconds(string text) => Parse(text, 0, 59, []);

    public static CronField Minutes(string text) => Parse(text, 0, 59, []);

    public static CronField Hours(string text) => Parse(text, 0, 23, []);

    public static CronField DaysOfMonth(string text) => Parse(text, 1, 31, []);

    public static CronField Months(string text) => Parse(text, 1, 12, MonthNames);

    public static CronField DaysOfWeek(string text) => Parse(text, 0, 6, DayNames);

    public bool Has(int value) => (Bits & (1UL << value)) != 0;

    private static CronField Parse(string text, int min, int max, string[] names)
    {
        var field = default(CronField);
        foreach (var range in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var part = Range(range, min, max, names);
            field = new CronField(field.Bits | part.Bits, field.IsStar || part.IsStar);
        }

        return field.Bits == 0 ? throw new FormatException($"no value in '{text}'") : field;
    }

    /// <summary><c>*</c>, <c>5</c>, <c>1-5</c>, each with <c>/step</c>; <c>5/15</c> runs from 5 to the end.</summary>
    private static CronField Range(string range, int min, int max, string[] names)
    {
        var parts = range.Split('/');
        if (parts.Length > 2) throw new FormatException($"too many slashes: {range}");
        var bounds = parts[0].Split('-');
        if (bounds.Length > 2) throw new FormatException($"too many hyphens: {range}");
        var isStar = bounds[0] is "*" or "?";
        var start = isStar ? min : Value(bounds[0], min, names);
        var end = isStar ? max : bounds.Length == 2 ? Value(bounds[1], min, names) : start;
        var step = 1;
        if (parts.Length == 2)
        {
            step = Number(parts[1]);
            if (bounds.Length == 1) end = max;
        }

        if (start < min) throw new FormatException($"beginning of range ({start}) below minimum ({min}): {range}");
        if (end > max) throw new FormatException($"end of range ({end}) above maximum ({max}): {range}");
        if (start > end) throw new FormatException($"beginning of range ({start}) beyond end of range ({end}): {range}");
        if (step == 0) throw new FormatException($"step of range should be a positive number: {range}");
        var bits = 0UL;
        for (var value = start; value <= end; value += step) bits |= 1UL << value;
        return new CronField(bits, isStar && step == 1);
    }

    private static int Value(string text, int min, string[] names)
    {
        var index = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? Number(text) : index + min;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 10_000
            ? number
            : throw new FormatException($"failed to parse int from {text}");
}
