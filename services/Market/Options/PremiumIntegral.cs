using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StocksDapr.Market.Options;

/// <summary>
/// The premium for early exercise of puts with strike 1: what the strike earns less what the underlying yields, at all times and prices at which they are
/// exercised (I. J. Kim, "The analytic valuation of American options", Review of Financial Studies 3, 1990).
/// </summary>
internal static class PremiumIntegral
{
    /// <summary>The premium at prices of the underlying above the boundary, and how it changes with the risk-free rate.</summary>
    /// <param name="puts">The options.</param>
    /// <param name="boundary">Where they are exercised.</param>
    /// <param name="logs">Logarithms of the prices.</param>
    /// <param name="premium">Zeros, to which the premium is added.</param>
    /// <param name="inRate">Zeros, to which its slope is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of(
        in UnitPuts puts, ExerciseBoundary boundary, ReadOnlySpan<Vector256<double>> logs, Span<Vector256<double>> premium, Span<Vector256<double>> inRate)
    {
        var inverse = Vector256<double>.One / boundary.Volatilities;
        Span<Vector256<double>> spots = stackalloc Vector256<double>[logs.Length];
        for (var k = 0; k < logs.Length; k++)
            spots[k] = Vector256.Exp(logs[k]);

        for (var j = 0; j < BoundaryGrid.Life; j++)
        {
            var root = Math.Sqrt(puts.Years) * BoundaryGrid.OverLife.Roots[j];
            var time = root * root;
            var weight = puts.Years * BoundaryGrid.OverLife.Weights[j];
            var (strike, spot) = (weight * Math.Exp(-puts.Rate * time), weight * Math.Exp(-puts.Yield * time));
            var (strikeSlope, spotSlope) = (strike * puts.RateSlope * (1 - (puts.Rate * time)), spot * puts.YieldSlope * (1 - (puts.Yield * time)));
            var (then, thenSlope) = boundary.At(BoundaryGrid.OfLife(j));
            var scale = inverse * (-1 / root);
            var half = boundary.Volatilities * (root / 2);
            var shift = Vector256.Create(puts.Drift * time) - then;

            // What moves with the boundary: the density of the strike there is that of the underlying times its price.
            var turn = (Vector256.Create(puts.DriftSlope * time) - thenSlope) * scale;
            var edge = turn * ((Vector256.Create(puts.Rate) - (Vector256.Exp(then) * puts.Yield)) * strike);
            for (var k = 0; k < logs.Length; k++)
            {
                var middle = (logs[k] + shift) * scale;
                var (ofStrike, density) = NormalLanes.At(middle + half);
                var ofSpot = NormalLanes.At(middle - half).Cumulative * spots[k];
                premium[k] += (ofStrike * (puts.Rate * strike)) - (ofSpot * (puts.Yield * spot));
                inRate[k] += (ofStrike * strikeSlope) - (ofSpot * spotSlope) + (density * edge);
            }
        }
    }
}
