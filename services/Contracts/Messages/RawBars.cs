using StocksDapr.Market;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// Bars of one symbol and one interval as a provider said them, times already converted to the start of the interval in UTC.
/// 1 to 5,000 bars.
/// </summary>
/// <remarks>
/// On the wire a bar is an array, so that a message stays small and quick to read:
/// <c>["2013-02-08", 15.07, 15.12, 14.63, 14.75, 8407500]</c> or, with the line of an import, a seventh element. A daily time is a
/// date, an intraday time an instant (<c>2026-11-20T14:30:00Z</c>). A value may be null (the provider had none) or a string (what
/// the provider said where a number belongs).
/// </remarks>
public sealed record RawBars(string Symbol, Interval Interval, Provenance Provenance, IReadOnlyList<RawBar> Bars)
{
    public const int MaxBars = 5_000;

    /// <summary>The version of this shape on the wire (<c>schema</c>); a reader refuses a version that it does not know.</summary>
    public const int Schema = 1;
}

/// <summary>A bar before any rule has looked at it. <paramref name="Line"/> is its line in an import, 0 if there is none.</summary>
public readonly record struct RawBar(
    DateTimeOffset Start, RawValue Open, RawValue High, RawValue Low, RawValue Close, RawValue Volume, int Line = 0);

/// <summary>A number, or nothing, or the text that stood where a number belongs.</summary>
public readonly struct RawValue : IEquatable<RawValue>
{
    private readonly double _number;
    private readonly bool _hasNumber;

    public RawValue(double number)
    {
        _number = number;
        _hasNumber = true;
        Text = null;
    }

    public RawValue(string? text)
    {
        _number = 0;
        _hasNumber = false;
        Text = text;
    }

    /// <summary>The text that is not a number; null for a number and for nothing.</summary>
    public string? Text { get; }

    public double? Number => _hasNumber ? _number : null;

    public bool IsMissing => !_hasNumber && Text is null;

    public static implicit operator RawValue(double number) => new(number);

    public static RawValue FromDouble(double number) => new(number);

    public bool TryGetNumber(out double number)
    {
        number = _number;
        return _hasNumber;
    }

    public bool Equals(RawValue other) => _hasNumber == other._hasNumber && _number.Equals(other._number) && Text == other.Text;

    public override bool Equals(object? obj) => obj is RawValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_hasNumber, _number, Text);

    public static bool operator ==(RawValue left, RawValue right) => left.Equals(right);

    public static bool operator !=(RawValue left, RawValue right) => !left.Equals(right);
}
