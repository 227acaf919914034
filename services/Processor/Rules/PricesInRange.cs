using System.Globalization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Processor.Rules;

/// <summary>
/// A price is above zero and below a billion of any currency: zero is how vendors say "nothing", and the dearest share ever listed in a small
/// currency unit stays far below the limit.
/// </summary>
internal sealed class PricesInRange : IBarRule
{
    public const string NotPositive = "price-not-positive";
    public const string TooLarge = "price-too-large";

    private const double Limit = 1e9;

    public Violation? Check(in RawBar bar, in BarSubject subject) =>
        Check("open", bar.Open) ?? Check("high", bar.High) ?? Check("low", bar.Low) ?? Check("close", bar.Close);

    private static Violation? Check(string name, RawValue value)
    {
        value.TryGetNumber(out var price);
        return price switch
        {
            > 0 and < Limit => null,
            >= Limit => new Violation(TooLarge, string.Create(CultureInfo.InvariantCulture, $"{name} {price} is not below {Limit}.")),
            _ => new Violation(NotPositive, string.Create(CultureInfo.InvariantCulture, $"{name} {price} is not above zero.")),
        };
    }
}
