namespace StocksDapr.Market.Options;

/// <summary>
/// Where an exercise boundary is looked at, the same for all options since times are taken as shares of the life: the collocation points, from expiry on
/// equally spaced on a half circle in the root of time (Chebyshev's extrema), and those of integrals over the past of each, which interpolate between them.
/// </summary>
internal static class BoundaryGrid
{
    /// <summary>Collocation points after the one at expiry.</summary>
    public const int Points = 8;

    /// <summary>Points of an integral over the past of a collocation point.</summary>
    public const int Past = 12;

    /// <summary>Points of an integral over the whole life, for the premium.</summary>
    public const int Life = 28;

    /// <summary>Roots of the share of the life that is left, 0 to 1.</summary>
    public static readonly double[] Roots = [.. Enumerable.Range(0, Points + 1).Select(i => (1 - Math.Cos(Math.PI * i / Points)) / 2)];

    public static readonly Integral OverPast = Integral.Of(Past);
    public static readonly Integral OverLife = Integral.Of(Life);

    private static readonly double[][] PastWeights = [.. Enumerable.Range(1, Points).SelectMany(i => OverPast.Roots.Select(root => Interpolation(Roots[i] * Math.Sqrt(1 - (root * root)))))];
    private static readonly double[][] LifeWeights = [.. OverLife.Roots.Select(root => Interpolation(Math.Sqrt(1 - (root * root))))];

    /// <summary>What the values at the collocation points count for in the value at point <paramref name="j"/> of the integral over the past of point <paramref name="i"/> (from 1).</summary>
    public static ReadOnlySpan<double> OfPast(int i, int j) => PastWeights[((i - 1) * Past) + j];

    /// <summary>The same for the integral over the whole life.</summary>
    public static ReadOnlySpan<double> OfLife(int j) => LifeWeights[j];

    /// <summary>Barycentric interpolation between Chebyshev's extrema (H. E. Salzer 1972; Berrut and Trefethen 2004).</summary>
    private static double[] Interpolation(double root)
    {
        var weights = new double[Points + 1];
        for (var k = 0; k <= Points; k++)
        {
            if (Math.Abs(root - Roots[k]) < 1e-14)
            {
                Array.Clear(weights);
                weights[k] = 1;
                return weights;
            }

            weights[k] = (k % 2 == 0 ? 1 : -1) * (k is 0 or Points ? 0.5 : 1) / (root - Roots[k]);
        }

        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>
    /// An integral over times from now on, t from 0 to 1, by Gauss and Legendre's rule in the root of t, so that integrands with 1/√t in them are smooth.
    /// </summary>
    /// <param name="Roots">Roots of t.</param>
    /// <param name="Weights">Weights of the integrand at t.</param>
    public sealed record Integral(double[] Roots, double[] Weights)
    {
        public static Integral Of(int points)
        {
            var (roots, weights) = (new double[points], new double[points]);
            for (var i = 0; i < points; i++)
            {
                var x = Math.Cos(Math.PI * (i + 0.75) / (points + 0.5));
                var slope = 0.0;
                for (var round = 0; round < 20; round++)
                {
                    (var value, slope) = Legendre(points, x);
                    x -= value / slope;
                }

                // dt = 2√t d√t, and √t covers half the length from -1 to 1.
                roots[i] = (1 - x) / 2;
                weights[i] = 2 * roots[i] / ((1 - (x * x)) * slope * slope);
            }

            return new Integral(roots, weights);
        }

        private static (double Value, double Slope) Legendre(int degree, double x)
        {
            var (last, value) = (1.0, x);
            for (var k = 2; k <= degree; k++)
                (last, value) = (value, ((((2 * k) - 1) * x * value) - ((k - 1) * last)) / k);
            return (value, degree * ((x * value) - last) / ((x * x) - 1));
        }
    }
}
