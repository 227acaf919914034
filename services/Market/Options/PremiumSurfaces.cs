namespace StocksDapr.Market.Options;

/// <summary>
/// The early exercise premiums of all calls, or all puts, that expire at one time: surfaces side by side for volatilities from 1 % to 1,000 %, each computed
/// when it is first asked for; two threads that ask at once compute the same twice.
/// </summary>
internal sealed class PremiumSurfaces
{
    private const double LeastVolatility = 0.01;
    private const int Most = 5;

    private static readonly double LogWidth = Math.Log(PremiumSurface.Width);

    private readonly OptionType _type;
    private readonly UnitPuts _puts;
    private readonly PremiumSurface?[] _surfaces = new PremiumSurface?[Most];

    /// <param name="type">Calls, or puts.</param>
    /// <param name="terms">Time, rate and yield.</param>
    public PremiumSurfaces(OptionType type, in OptionTerms terms) =>
        (_type, _puts) = (type, UnitPuts.Of(type, terms.Years, terms.Rate, terms.Yield));

    /// <summary>The premium of an option and all that makes its Greeks but theta; null where a surface does not carry.</summary>
    /// <param name="terms">With the time, rate and yield that this was made for.</param>
    /// <param name="volatility">A year's.</param>
    /// <param name="exercisedNow">It is best exercised at once.</param>
    public Greeks? At(in OptionTerms terms, double volatility, out bool exercisedNow)
    {
        exercisedNow = false;
        if (For(volatility) is not { } surface)
            return null;

        var point = surface.At(Log(terms), volatility);
        exercisedNow = point.ExercisedNow;
        var (scale, spot) = (Scale(terms), terms.Spot);

        // A put's premium is K·e(ln S/K), a call's S·e(ln K/S).
        var (delta, gamma) = _type == OptionType.Put
            ? (point.Slope * scale / spot, (point.Curvature - point.Slope) * scale / (spot * spot))
            : (point.Value - point.Slope, (point.Curvature - point.Slope) / spot);
        return new Greeks(
            Math.Max(point.Value * scale, 0), delta, gamma, point.InVolatility * scale * Greeks.PerPoint, 0, point.InRate * scale * Greeks.PerPoint);
    }

    /// <summary>The premium alone, and its slope in the volatility.</summary>
    public (double Price, double Slope)? PriceAt(in OptionTerms terms, double volatility)
    {
        if (For(volatility) is not { } surface)
            return null;

        var (value, slope) = surface.ValueAt(Log(terms), volatility);
        return (Math.Max(value, 0) * Scale(terms), slope * Scale(terms));
    }

    private double Log(in OptionTerms terms) => Math.Log(_type == OptionType.Put ? terms.Spot / terms.Strike : terms.Strike / terms.Spot);

    private double Scale(in OptionTerms terms) => _type == OptionType.Put ? terms.Strike : terms.Spot;

    private PremiumSurface? For(double volatility)
    {
        // The method needs one boundary: with a rate of zero or below there may be none, or two.
        if (!(_puts.Rate > 0 && volatility >= LeastVolatility))
            return null;

        var index = (int)(Math.Log(volatility / LeastVolatility) / LogWidth);
        if (index >= Most)
            return null;
        var surface = _surfaces[index] ??= new PremiumSurface(_puts, LeastVolatility * Math.Pow(PremiumSurface.Width, index));
        return surface.Carries ? surface : null;
    }
}
