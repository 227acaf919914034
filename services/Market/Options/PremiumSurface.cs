using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace StocksDapr.Market.Options;

/// <summary>
/// The early exercise premium of puts with strike 1 at any price of the underlying, for a range of volatilities: a polynomial of Chebyshev's in the distance
/// from the exercise boundary and the logarithm of the volatility. Measured from the boundary the premium is smooth up to its end; as a function of the
/// price, with the boundary elsewhere for each volatility, it is not.
/// </summary>
internal sealed class PremiumSurface
{
    /// <summary>How many times the lowest volatility the highest is.</summary>
    public const double Width = 4;

    /// <summary>What the premium may be wrong by, as a share of the strike.</summary>
    private const double Precision = 4e-5;

    /// <summary>The square of the number of deviations from the boundary within which, without drift, the premium is worth speaking of.</summary>
    private const double Reach = 30;

    private const int Degrees = Chebyshev.Degrees;

    private static readonly double HalfWidth = Math.Log(Width) / 2;

    private readonly double _root;
    private readonly double _drift;
    private readonly double _middle;
    private readonly Vector512<double> _boundary;
    private readonly Vector512<double>[] _premium = new Vector512<double>[Degrees];
    private readonly Vector512<double>[] _inRate = new Vector512<double>[Degrees];

    /// <param name="puts">The options, with a rate above 0.</param>
    /// <param name="lowest">The lowest volatility.</param>
    public PremiumSurface(in UnitPuts puts, double lowest)
    {
        (_root, _drift, _middle) = (Math.Sqrt(puts.Years), -puts.Drift * Math.Sqrt(puts.Years), Math.Log(lowest) + HalfWidth);
        var volatilities = Vector512.Exp(Vector512.Create(_middle) + (Chebyshev.AcrossLanes * HalfWidth));
        var width = volatilities * _root * Range(volatilities);
        var lower = new ExerciseBoundary(puts, volatilities.GetLower());
        var upper = new ExerciseBoundary(puts, volatilities.GetUpper());
        if (!lower.HasConverged || !upper.HasConverged)
            return;

        Span<Vector256<double>> premium = stackalloc Vector256<double>[2 * Degrees];
        Span<Vector256<double>> inRate = stackalloc Vector256<double>[2 * Degrees];
        Integrate(puts, lower, width.GetLower(), premium[..Degrees], inRate[..Degrees]);
        Integrate(puts, upper, width.GetUpper(), premium[Degrees..], inRate[Degrees..]);
        for (var k = 0; k < Degrees; k++)
            (_premium[k], _inRate[k]) = (Vector512.Create(premium[k], premium[Degrees + k]), Vector512.Create(inRate[k], inRate[Degrees + k]));

        _boundary = Chebyshev.ToCoefficients(Vector512.Create(lower.Now, upper.Now));
        Chebyshev.ToCoefficients(_premium);
        Chebyshev.ToCoefficients(_inRate);
        Carries = Remainder() < Precision;
    }

    /// <summary>Whether it is precise enough to be used.</summary>
    public bool Carries { get; }

    /// <summary>The premium at a price of the underlying and all its slopes.</summary>
    /// <param name="log">The price's logarithm.</param>
    /// <param name="volatility">Within the range.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PremiumPoint At(double log, double volatility)
    {
        var place = Locate(log, volatility);
        if (place.Y is not (> -1 and < 1))
            return new PremiumPoint { ExercisedNow = place.Y <= -1 };

        // Clenshaw's sums, and their first and second slopes.
        var (value, slope, curvature, rates) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (value1, slope1, curvature1, rates1) = (value, slope, curvature, rates);
        var (once, twice) = (Vector512.Create(place.Y), Vector512.Create(2 * place.Y));
        for (var k = Degrees - 1; k >= 1; k--)
        {
            (curvature, curvature1) = (Vector512.FusedMultiplyAdd(twice, curvature, (slope * 4) - curvature1), curvature);
            (slope, slope1) = (Vector512.FusedMultiplyAdd(twice, slope, value + value - slope1), slope);
            (value, value1) = (Vector512.FusedMultiplyAdd(twice, value, _premium[k] - value1), value);
            (rates, rates1) = (Vector512.FusedMultiplyAdd(twice, rates, _inRate[k] - rates1), rates);
        }

        curvature = Vector512.FusedMultiplyAdd(once, curvature, slope + slope - curvature1);
        slope = Vector512.FusedMultiplyAdd(once, slope, value - slope1);
        value = Vector512.FusedMultiplyAdd(once, value, _premium[0] - value1);
        rates = Vector512.FusedMultiplyAdd(once, rates, _inRate[0] - rates1);
        var inY = Vector512.Dot(slope, place.Basis);
        return new PremiumPoint
        {
            Value = Vector512.Dot(value, place.Basis),
            Slope = inY * place.PerLog,
            Curvature = Vector512.Dot(curvature, place.Basis) * place.PerLog * place.PerLog,
            InVolatility = Vector512.Dot(value, place.BasisSlopes) + (inY * place.PerVolatility),
            InRate = Vector512.Dot(rates, place.Basis),
        };
    }

    /// <summary>The premium and its slope in the volatility alone; zeros where it is exercised.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Value, double InVolatility) ValueAt(double log, double volatility)
    {
        var place = Locate(log, volatility);
        if (place.Y is not (> -1 and < 1))
            return default;

        var (value, slope) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var (value1, slope1) = (value, slope);
        var (once, twice) = (Vector512.Create(place.Y), Vector512.Create(2 * place.Y));
        for (var k = Degrees - 1; k >= 1; k--)
        {
            (slope, slope1) = (Vector512.FusedMultiplyAdd(twice, slope, value + value - slope1), slope);
            (value, value1) = (Vector512.FusedMultiplyAdd(twice, value, _premium[k] - value1), value);
        }

        slope = Vector512.FusedMultiplyAdd(once, slope, value - slope1);
        value = Vector512.FusedMultiplyAdd(once, value, _premium[0] - value1);
        return (Vector512.Dot(value, place.Basis), Vector512.Dot(value, place.BasisSlopes) + (Vector512.Dot(slope, place.Basis) * place.PerVolatility));
    }

    /// <summary>Where in the polynomial's variables a price and a volatility are: y = 2 (x - b(v)) / (v √T R(v)) - 1, with the boundary b and <see cref="Range"/> R.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Place Locate(double log, double volatility)
    {
        var (basis, slopes) = Chebyshev.Basis((Math.Log(volatility) - _middle) / HalfWidth);
        slopes *= 1 / (HalfWidth * volatility);
        var (ofRates, ofVolatility) = (_drift / volatility, volatility * _root / 2);
        var drift = ofRates + ofVolatility;
        var reach = Math.Sqrt((drift * drift) + Reach);
        var perLog = 1 / (ofVolatility * (drift + reach));
        var distance = (log - Vector512.Dot(_boundary, basis)) * perLog;
        var perVolatility = -(Vector512.Dot(_boundary, slopes) * perLog) - (distance * (1 + ((ofVolatility - ofRates) / reach)) / volatility);
        return new Place(distance - 1, perLog, perVolatility, basis, slopes);
    }

    private static void Integrate(
        in UnitPuts puts, ExerciseBoundary boundary, Vector256<double> width, Span<Vector256<double>> premium, Span<Vector256<double>> inRate)
    {
        Span<Vector256<double>> logs = stackalloc Vector256<double>[Degrees];
        for (var k = 0; k < Degrees; k++)
            logs[k] = boundary.Now + (width * ((1 + Chebyshev.Along[k]) / 2));
        PremiumIntegral.Of(puts, boundary, logs, premium, inRate);
    }

    /// <summary>How far from the boundary the premium reaches, in deviations: farther where the drift brings the underlying back to it, less where it takes it away.</summary>
    private Vector512<double> Range(Vector512<double> volatilities)
    {
        var drift = (Vector512.Create(_drift) / volatilities) + (volatilities * (_root / 2));
        return drift + Vector512.Sqrt((drift * drift) + Vector512.Create(Reach));
    }

    /// <param name="Y">The second variable: -1 at the boundary and where it is exercised, 1 where no premium is left.</param>
    /// <param name="PerLog">Its slope in the logarithm of the price.</param>
    /// <param name="PerVolatility">Its slope in the volatility.</param>
    /// <param name="Basis">The polynomials of the first variable.</param>
    /// <param name="BasisSlopes">Their slopes in the volatility.</param>
    private readonly record struct Place(double Y, double PerLog, double PerVolatility, Vector512<double> Basis, Vector512<double> BasisSlopes);

    /// <summary>What the polynomial leaves out is about as large as the last terms that it has.</summary>
    private double Remainder()
    {
        var most = 0.0;
        for (var k = 0; k < Degrees; k++)
        {
            var sizes = Vector512.Abs(_premium[k]);
            var last = k >= Degrees - 2 ? Vector512.Sum(sizes) : sizes[Vector512<double>.Count - 1];
            most = last <= most ? most : last;
        }

        return most;
    }
}

/// <summary>The early exercise premium of a put with strike 1, and how it changes.</summary>
internal readonly record struct PremiumPoint
{
    public double Value { get; init; }

    /// <summary>With the logarithm of the spot.</summary>
    public double Slope { get; init; }

    /// <summary>The slope's slope.</summary>
    public double Curvature { get; init; }

    public double InVolatility { get; init; }

    /// <summary>With the risk-free rate.</summary>
    public double InRate { get; init; }

    /// <summary>It is best exercised at once; then nothing else is said.</summary>
    public bool ExercisedNow { get; init; }
}
