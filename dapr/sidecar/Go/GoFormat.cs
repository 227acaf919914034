using System.Globalization;

namespace StocksDapr.Sidecar.Go;

/// <summary>Go's <c>fmt</c> verbs, as far as they reach users.</summary>
internal static class GoFormat
{
    /// <summary><c>%v</c> of a double: shortest digits, an exponent of at least two digits below 1e-4 and from 1e21.</summary>
    public static string General(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = Math.Abs(value);
        if (magnitude is 0 or >= 1e-4 and < 1e21)
        {
            Span<byte> digits = stackalloc byte[GoNumber.MaxLength];
            return System.Text.Encoding.ASCII.GetString(digits[..GoNumber.Format(value, digits)]);
        }

        var scientific = text.Contains('E', StringComparison.Ordinal) ? text : value.ToString("E16", CultureInfo.InvariantCulture);
        var parts = scientific.Split('E');
        var mantissa = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0];
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }
}
