using System.Globalization;

namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>Sizes as Kubernetes writes them: <c>4Mi</c> is 4 × 1024², <c>4M</c> is 4 × 1000², a bare number is bytes.</summary>
internal static class ByteSize
{
    private static readonly (string Suffix, long Factor)[] Suffixes =
        [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("", 1)];

    /// <summary>The size in bytes.</summary>
    /// <param name="text">The size.</param>
    /// <param name="where">Where it is written, for the message.</param>
    /// <param name="limit">The largest size that is possible there.</param>
    /// <exception cref="RunFailedException">It is no size.</exception>
    public static long Parse(string text, string where, long limit = long.MaxValue)
    {
        var (suffix, factor) = Suffixes.First(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 1_000_000_000_000
            && number * factor <= limit
            ? (long)(number * factor)
            : throw new RunFailedException($"{where}: `{text}` is no size; write it as 4Mi, 512Ki or 1048576{(limit < long.MaxValue ? $", at most {limit}" : "")}");
    }
}
