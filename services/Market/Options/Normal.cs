namespace StocksDapr.Market.Options;

/// <summary>
/// The standard normal distribution. The complementary error function is W. J. Cody's ("Rational Chebyshev approximations for the error function",
/// Mathematics of Computation 23, 1969): its relative error stays near that of a double itself, in the far tails too, where an absolute error of
/// 1e-15 would be all of the price.
/// </summary>
public static class Normal
{
    private const double InverseSqrt2 = 0.70710678118654752440;
    private const double InverseSqrtTwoPi = 0.39894228040143267794;
    private const double InverseSqrtPi = 0.56418958354775628695;

    /// <summary>Beyond it the function is below the smallest double.</summary>
    private const double Vanishes = 26.543;

    private static readonly double[] SmallNumerator =
        [3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1];

    private static readonly double[] SmallDenominator =
        [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03];

    private static readonly double[] MiddleNumerator =
    [
        5.64188496988670089e-1, 8.88314979438837594e00, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02,
        1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8,
    ];

    private static readonly double[] MiddleDenominator =
    [
        1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03, 3.29079923573345963e03,
        4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03,
    ];

    private static readonly double[] LargeNumerator =
        [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];

    private static readonly double[] LargeDenominator =
        [2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>The probability of a value up to <paramref name="x"/>.</summary>
    public static double Cumulative(double x) => 0.5 * ErrorComplement(-x * InverseSqrt2);

    /// <summary>The density at <paramref name="x"/>.</summary>
    public static double Density(double x) => InverseSqrtTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>erfc: 1 minus the error function, without losing the digits of a small result.</summary>
    public static double ErrorComplement(double x)
    {
        if (double.IsNaN(x))
            return double.NaN;

        var y = Math.Abs(x);
        if (y <= 0.46875)
            return 1 - (x * Small(y * y));

        var complement = y >= Vanishes ? 0 : y <= 4 ? Scaled(y, Middle(y)) : Scaled(y, Large(y));
        return x < 0 ? 2 - complement : complement;
    }

    private static double Small(double square)
    {
        var (above, below) = (SmallNumerator[4] * square, square);
        for (var i = 0; i < 3; i++)
        {
            above = (above + SmallNumerator[i]) * square;
            below = (below + SmallDenominator[i]) * square;
        }

        return (above + SmallNumerator[3]) / (below + SmallDenominator[3]);
    }

    private static double Middle(double y)
    {
        var (above, below) = (MiddleNumerator[8] * y, y);
        for (var i = 0; i < 7; i++)
        {
            above = (above + MiddleNumerator[i]) * y;
            below = (below + MiddleDenominator[i]) * y;
        }

        return (above + MiddleNumerator[7]) / (below + MiddleDenominator[7]);
    }

    private static double Large(double y)
    {
        var square = 1 / (y * y);
        var (above, below) = (LargeNumerator[5] * square, square);
        for (var i = 0; i < 4; i++)
        {
            above = (above + LargeNumerator[i]) * square;
            below = (below + LargeDenominator[i]) * square;
        }

        return (InverseSqrtPi - (square * (above + LargeNumerator[4]) / (below + LargeDenominator[4]))) / y;
    }

    /// <summary>Times e^(-y²), of which the part that a double holds exactly is taken apart: rounding y² would cost y² digits of the last place.</summary>
    private static double Scaled(double y, double value)
    {
        var coarse = Math.Truncate(y * 16) / 16;
        return Math.Exp(-coarse * coarse) * Math.Exp(-(y - coarse) * (y + coarse)) * value;
    }
}
