using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StocksDapr.Market.Options;

/// <summary>
/// Polynomials in two variables from -1 to 1 by their values at Chebyshev's roots (L. N. Trefethen, Approximation Theory and Approximation Practice):
/// eight roots in the first variable, which are the lanes of a vector, <see cref="Degrees"/> in the second, one vector for each.
/// </summary>
internal static class Chebyshev
{
    /// <summary>Roots, and so coefficients, in the second variable.</summary>
    public const int Degrees = 24;

    private const int Lanes = 8;

    /// <summary>The roots in the first variable.</summary>
    public static readonly Vector512<double> AcrossLanes = Vector512.Create<double>(Roots(Lanes));

    /// <summary>The roots in the second variable.</summary>
    public static readonly double[] Along = Roots(Degrees);

    private static readonly Vector512<double>[] FromLanes = [.. Enumerable.Range(0, Lanes).Select(m => Vector512.Create<double>([.. Enumerable.Range(0, Lanes).Select(n => Weight(n, m, Lanes))]))];
    private static readonly double[] FromAlong = [.. Enumerable.Range(0, Degrees * Degrees).Select(i => Weight(i / Degrees, i % Degrees, Degrees))];

    /// <summary>Values at the roots to coefficients, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToCoefficients(Span<Vector512<double>> values)
    {
        Span<Vector512<double>> sums = stackalloc Vector512<double>[Degrees];
        for (var n = 0; n < Degrees; n++)
        {
            var weights = FromAlong.AsSpan(n * Degrees, Degrees);
            var sum = Vector512<double>.Zero;
            for (var k = 0; k < Degrees; k++)
                sum = Vector512.FusedMultiplyAdd(values[k], Vector512.Create(weights[k]), sum);
            sums[n] = ToCoefficients(sum);
        }

        sums.CopyTo(values);
    }

    /// <summary>The same for a function of the first variable alone.</summary>
    public static Vector512<double> ToCoefficients(Vector512<double> values)
    {
        var sum = Vector512<double>.Zero;
        for (var m = 0; m < Lanes; m++)
            sum = Vector512.FusedMultiplyAdd(FromLanes[m], Vector512.Create(values[m]), sum);
        return sum;
    }

    /// <summary>The first eight polynomials at <paramref name="x"/>, and their slopes.</summary>
    public static (Vector512<double> Values, Vector512<double> Slopes) Basis(double x)
    {
        // T2 = 2x² - 1, T(m+n) = 2 TmTn - T(m-n); the slope of Tn is n U(n-1), with U the polynomials of the second kind.
        var twice = 2 * x;
        var t2 = (twice * x) - 1;
        var t3 = (twice * t2) - x;
        var t4 = (2 * t2 * t2) - 1;
        var t5 = (2 * t2 * t3) - x;
        var t6 = (2 * t3 * t3) - 1;
        var t7 = (2 * t3 * t4) - x;
        var (u2, u3) = ((2 * t2) + 1, 2 * (t3 + x));
        var (u4, u5) = ((2 * t4) + u2, (2 * t5) + u3);
        return (Vector512.Create(1, x, t2, t3, t4, t5, t6, t7), Vector512.Create(0, 1, 2 * twice, 3 * u2, 4 * u3, 5 * u4, 6 * u5, 7 * ((2 * t6) + u4)));
    }

    private static double[] Roots(int count) => [.. Enumerable.Range(0, count).Select(k => Math.Cos(Math.PI * (k + 0.5) / count))];

    /// <summary>What the value at a root counts for in a coefficient.</summary>
    private static double Weight(int coefficient, int root, int count) =>
        (coefficient == 0 ? 1.0 : 2.0) / count * Math.Cos(Math.PI * coefficient * (root + 0.5) / count);
}
