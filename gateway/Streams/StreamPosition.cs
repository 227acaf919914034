using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StocksDapr.Gateway.Streams;

/// <summary>
/// A place in the stream, the same on every replica: <c>3f9ac2e1-1042</c>. Positions ascend within an epoch, which is a database's; one of another epoch says
/// nothing.
/// </summary>
internal readonly record struct StreamPosition(string Epoch, long Number)
{
    public const string Example = "3f9ac2e1-1042";

    private const int MaxEpoch = 16;

    private static readonly SearchValues<char> EpochCharacters = SearchValues.Create("0123456789abcdef");

    public static bool TryParse(string text, [NotNullWhen(true)] out StreamPosition? position)
    {
        position = null;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash is < 1 or > MaxEpoch || text.AsSpan(0, dash).ContainsAnyExcept(EpochCharacters)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        position = new StreamPosition(text[..dash], number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Number}");
}
