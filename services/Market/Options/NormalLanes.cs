using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StocksDapr.Market.Options;

/// <summary>
/// The standard normal distribution at four points at once, right to 1e-15: J. F. Hart's rational approximation ("Computer Approximations", 1968,
/// algorithm 5666), as G. West has it ("Better approximations to cumulative normal functions", Wilmott, 2005). <see cref="Normal"/> keeps the digits of
/// the far tails too, which sums do not need.
/// </summary>
internal static class NormalLanes
{
    private const double InverseSqrtTwoPi = 0.39894228040143267794;

    /// <summary>Beyond it the density is below the smallest normal double.</summary>
    private const double Farthest = 37;

    /// <summary>1.5·2^52: added to a number, it leaves it rounded in the last bits of the sum; and with it a double's bias for exponents.</summary>
    private const double ToExponent = 6755399441055744 + 1023;

    /// <summary>The probability of a value up to <paramref name="x"/>, and the density there, which costs nothing more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<double> Cumulative, Vector256<double> Density) At(Vector256<double> x)
    {
        var distance = Vector256.Min(Vector256.Abs(x), Vector256.Create(Farthest));
        var bell = Exp(distance * distance * -0.5);
        var above = Fold(Vector256.Create(3.52624965998911e-2), distance, 0.700383064443688);
        above = Fold(above, distance, 6.37396220353165);
        above = Fold(above, distance, 33.912866078383);
        above = Fold(above, distance, 112.079291497871);
        above = Fold(above, distance, 221.213596169931);
        above = Fold(above, distance, 220.206867912376);
        var below = Fold(Vector256.Create(8.83883476483184e-2), distance, 1.75566716318264);
        below = Fold(below, distance, 16.064177579207);
        below = Fold(below, distance, 86.7807322029461);
        below = Fold(below, distance, 296.564248779674);
        below = Fold(below, distance, 637.333633378831);
        below = Fold(below, distance, 793.826512519948);
        below = Fold(below, distance, 440.413735824752);
        var tail = bell * above / below;
        return (Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<double>.Zero), Vector256<double>.One - tail, tail), bell * InverseSqrtTwoPi);
    }

    /// <summary>e^x for x from -700 to 0, without the checks that cost the library's as much again: 2^n times the series of what is left, at most ln 2 / 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Exp(Vector256<double> x)
    {
        var exponent = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.4426950408889634), Vector256.Create(ToExponent));
        var whole = exponent - Vector256.Create(ToExponent);

        // ln 2 in two parts, of which the first has zeros enough at its end that the product is exact.
        var rest = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-0.693147180369123816490), x);
        rest = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-1.90821492927058770002e-10), rest);
        var sum = Fold(Vector256.Create(1.0 / 479001600), rest, 1.0 / 39916800);
        sum = Fold(sum, rest, 1.0 / 3628800);
        sum = Fold(sum, rest, 1.0 / 362880);
        sum = Fold(sum, rest, 1.0 / 40320);
        sum = Fold(sum, rest, 1.0 / 5040);
        sum = Fold(sum, rest, 1.0 / 720);
        sum = Fold(sum, rest, 1.0 / 120);
        sum = Fold(sum, rest, 1.0 / 24);
        sum = Fold(sum, rest, 1.0 / 6);
        sum = Fold(sum, rest, 0.5);
        sum = Fold(sum, rest, 1);
        sum = Fold(sum, rest, 1);
        return sum * Vector256.ShiftLeft(exponent.AsInt64(), 52).AsDouble();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Fold(Vector256<double> sum, Vector256<double> x, double next) =>
        Vector256.FusedMultiplyAdd(sum, x, Vector256.Create(next));
}
