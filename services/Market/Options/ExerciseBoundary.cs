using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StocksDapr.Market.Options;

/// <summary>
/// The price of the underlying at which an American put with strike 1 is best exercised, at every time up to its expiry, for four volatilities at once; and how
/// that changes with the risk-free rate. By L. Andersen, M. Lake and D. Offengenden, "High-performance American option pricing" (Journal of Computational
/// Finance 20, 2016): the boundary is where exercising brings what the option is worth (I. J. Kim 1990), found at a few times as the fixed
/// point of their equation FP-B, and interpolated between them, where the square of its logarithm is smooth in the root of time.
/// </summary>
internal sealed class ExerciseBoundary
{
    /// <summary>What the premium may be wrong by since the boundary was not looked for any longer, as a share of the strike.</summary>
    private const double Precision = 4e-6;

    /// <summary>What the boundary may be wrong by at most, in deviations of the underlying up to the expiry.</summary>
    private const double LeastPrecise = 0.01;

    private const int MostSweeps = 32;
    private const int Points = BoundaryGrid.Points;
    private const int Past = BoundaryGrid.Past;

    private readonly UnitPuts _puts;

    // At the collocation points, from expiry to now: the logarithm, its square as it is interpolated, its slope in the risk-free rate.
    private readonly Vector256<double>[] _logs = new Vector256<double>[Points + 1];
    private readonly Vector256<double>[] _squares = new Vector256<double>[Points + 1];
    private readonly Vector256<double>[] _slopes = new Vector256<double>[Points + 1];

    /// <param name="puts">The options, with a rate above 0, so that there is one boundary.</param>
    /// <param name="volatilities">Above 0.</param>
    public ExerciseBoundary(in UnitPuts puts, Vector256<double> volatilities)
    {
        (_puts, Volatilities) = (puts, volatilities);

        // Just before the expiry it is exercised where the strike earns more than the underlying yields.
        var (rate, yield) = (puts.Rate, puts.Yield);
        _logs[0] = Vector256.Create(yield > rate ? Math.Log(rate / yield) : 0);
        _slopes[0] = Vector256.Create(yield > rate ? (puts.RateSlope / rate) - (puts.YieldSlope / yield) : 0);
        Guess();
        HasConverged = Solve();
    }

    public Vector256<double> Volatilities { get; }

    /// <summary>Whether it was found, for all the volatilities.</summary>
    public bool HasConverged { get; }

    /// <summary>Its logarithm now.</summary>
    public Vector256<double> Now => _logs[Points];

    /// <summary>Its logarithm at a time, and the slope of that, by what the collocation points count for there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (Vector256<double> Log, Vector256<double> Slope) At(ReadOnlySpan<double> weights)
    {
        var (square, slope) = (Vector256<double>.Zero, _slopes[0] * weights[0]);
        for (var k = 1; k <= Points; k++)
        {
            var weight = Vector256.Create(weights[k]);
            square = Vector256.FusedMultiplyAdd(_squares[k], weight, square);
            slope = Vector256.FusedMultiplyAdd(_slopes[k], weight, slope);
        }

        return (_logs[0] - Vector256.Sqrt(Vector256.Max(square, Vector256<double>.Zero)), slope);
    }

    /// <summary>Between its place at expiry and that of a put which never expires (R. Merton 1973), falling as that of P. Bjerksund and G. Stensland (1993) does.</summary>
    private void Guess()
    {
        var expiry = Vector256.Exp(_logs[0]);
        var variance = Volatilities * Volatilities;
        var drift = (Vector256.Create(_puts.Drift) / variance) - Vector256.Create(0.5);
        var power = -drift - Vector256.Sqrt((drift * drift) + (Vector256.Create(2 * _puts.Rate) / variance));
        var perpetual = power / (power - Vector256<double>.One);
        for (var i = 1; i <= Points; i++)
        {
            var fall = Volatilities * expiry * (2 * Math.Sqrt(_puts.Years) * BoundaryGrid.Roots[i]) / (expiry - perpetual);
            _logs[i] = Vector256.Log(perpetual + ((expiry - perpetual) * Vector256.Exp(-fall)));
        }

        Square();
    }

    private void Square()
    {
        for (var i = 1; i <= Points; i++)
            _squares[i] = (_logs[i] - _logs[0]) * (_logs[i] - _logs[0]);
    }

    private bool Solve()
    {
        Span<double> earned = stackalloc double[Points * Past];
        Span<double> yielded = stackalloc double[Points * Past];
        Earnings(_puts.Rate, earned);
        Earnings(_puts.Yield, yielded);

        // Wherever it is exercised wrongly, the premium loses what is earned in about as much of the life.
        var precision = Math.Min(Precision / (Math.Max(_puts.Rate, Math.Abs(_puts.Yield)) * _puts.Years), LeastPrecise) * Math.Sqrt(_puts.Years);
        Span<Vector256<double>> logs = stackalloc Vector256<double>[Points];
        Span<Vector256<double>> slopes = stackalloc Vector256<double>[Points];
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var change = Vector256<double>.Zero;
            for (var i = 1; i <= Points; i++)
            {
                var from = (i - 1) * Past;
                (logs[i - 1], slopes[i - 1]) = Improve(i, earned.Slice(from, Past), yielded.Slice(from, Past));
                change = Vector256.Max(change, Vector256.Abs(logs[i - 1] - _logs[i]));
            }

            logs.CopyTo(_logs.AsSpan(1));
            slopes.CopyTo(_slopes.AsSpan(1));
            Square();
            if (Vector256.LessThanAll(change, Volatilities * precision))
                return true;
        }

        return false;
    }

    /// <summary>What a rate earns by the times of the integrals, with their weights.</summary>
    private void Earnings(double rate, Span<double> earnings)
    {
        for (var i = 0; i < earnings.Length; i++)
        {
            var life = _puts.Years * BoundaryGrid.Roots[1 + (i / Past)] * BoundaryGrid.Roots[1 + (i / Past)];
            var root = BoundaryGrid.OverPast.Roots[i % Past];
            earnings[i] = life * BoundaryGrid.OverPast.Weights[i % Past] * Math.Exp(rate * life * (1 - (root * root)));
        }
    }

    /// <summary>The right side of FP-B at a collocation point, K e^(-(r-q)τ) N / D, as a logarithm, and the slope of that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (Vector256<double> Log, Vector256<double> Slope) Improve(int i, ReadOnlySpan<double> earned, ReadOnlySpan<double> yielded)
    {
        var (root, log, slope) = (Math.Sqrt(_puts.Years) * BoundaryGrid.Roots[i], _logs[i], _slopes[i]);
        var life = root * root;
        var (drift, driftSlope) = (_puts.Drift, _puts.DriftSlope);
        var inverse = Vector256<double>.One / Volatilities;

        var scale = inverse * (1 / root);
        var d = ((log + Vector256.Create(drift * life)) * scale) - (Volatilities * (root / 2));
        var turn = (slope + Vector256.Create(driftSlope * life)) * scale;
        var (above, density) = NormalLanes.At(d);
        var aboveSlope = density * turn;
        (var below, density) = NormalLanes.At(d + (Volatilities * root));
        var belowSlope = density * turn;
        for (var j = 0; j < Past; j++)
        {
            var step = root * BoundaryGrid.OverPast.Roots[j];
            var time = step * step;
            var (then, thenSlope) = At(BoundaryGrid.OfPast(i, j));
            scale = inverse * (1 / step);
            d = ((log - then + Vector256.Create(drift * time)) * scale) - (Volatilities * (step / 2));
            turn = (slope - thenSlope + Vector256.Create(driftSlope * time)) * scale;
            (var cumulative, density) = NormalLanes.At(d);
            above += cumulative * (_puts.Rate * earned[j]);
            aboveSlope += ((cumulative * (_puts.RateSlope * (1 + (_puts.Rate * (life - time))))) + (density * turn * _puts.Rate)) * earned[j];
            (cumulative, density) = NormalLanes.At(d + (Volatilities * step));
            below += cumulative * (_puts.Yield * yielded[j]);
            belowSlope += ((cumulative * (_puts.YieldSlope * (1 + (_puts.Yield * (life - time))))) + (density * turn * _puts.Yield)) * yielded[j];
        }

        return (
            Vector256.Min(Vector256.Log(above / below) - Vector256.Create(drift * life), _logs[0]),
            (aboveSlope / above) - (belowSlope / below) - Vector256.Create(driftSlope * life));
    }
}
