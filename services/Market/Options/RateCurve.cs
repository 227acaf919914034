namespace StocksDapr.Market.Options;

/// <summary>Risk-free rates by tenor, continuously compounded. Between two tenors the interest earned is interpolated, beyond the ends the rate stays.</summary>
public sealed class RateCurve
{
    private readonly (double Years, double Rate)[] _points;

    /// <param name="points">Tenors in years and their rates, 0.04 for 4 %; in any order, each tenor once.</param>
    /// <exception cref="ArgumentException">There is none, a tenor is not above zero or twice there, or a rate is not a number.</exception>
    public RateCurve(IEnumerable<(double Years, double Rate)> points)
    {
        _points = [.. points.OrderBy(point => point.Years)];
        if (_points.Length == 0 || _points.Any(point => !double.IsFinite(point.Years) || point.Years <= 0 || !double.IsFinite(point.Rate)))
            throw new ArgumentException("A curve has a tenor above zero at least, each with a rate.", nameof(points));
        if (_points.DistinctBy(point => point.Years).Count() != _points.Length)
            throw new ArgumentException("A tenor is there twice.", nameof(points));
    }

    public static RateCurve Flat(double rate) => new([(1, rate)]);

    /// <summary>The rate up to a time from now.</summary>
    public double At(double years)
    {
        if (double.IsNaN(years) || years <= _points[0].Years)
            return _points[0].Rate;
        if (years >= _points[^1].Years)
            return _points[^1].Rate;

        var i = 1;
        while (_points[i].Years < years)
            i++;
        var (before, after) = (_points[i - 1], _points[i]);
        var share = (years - before.Years) / (after.Years - before.Years);
        return ((before.Rate * before.Years * (1 - share)) + (after.Rate * after.Years * share)) / years;
    }
}
