namespace StocksDapr.Market.Options;

/// <summary>
/// Black's formula without units: price divided by the root of spot times strike (both of now), as a function of the deviation of the logarithm
/// (volatility times root of time) alone. The objectives for far prices are those of P. Jäckel, "By implication" (2006).
/// </summary>
internal static class NormalizedBlack
{
    /// <summary>Of the last step, as a share of the deviation; the error after a step of Newton's is about its square.</summary>
    public const double Precision = 1e-8;

    private const int MostSteps = 100;
    private const double InverseSqrtTwoPi = 0.39894228040143267794;

    /// <summary>The price of the contract out of the money.</summary>
    /// <param name="deviation">Volatility times the root of time, above 0.</param>
    /// <param name="moneyness">Minus the distance of the logarithms of spot and strike: 0 at the money.</param>
    public static double Price(double deviation, double moneyness)
    {
        var (distance, half, root) = (moneyness / deviation, deviation / 2, Math.Exp(moneyness / 2));
        return Math.Max((root * Normal.Cumulative(distance + half)) - (Normal.Cumulative(distance - half) / root), 0);
    }

    /// <summary>
    /// The deviation that has this price. Newton's steps, on the price in the middle, on its logarithms' like towards either bound, where the price
    /// itself hardly moves; a step that leaves what is known to enclose the root is replaced by halving it.
    /// </summary>
    /// <param name="price">Above 0 and below the bound.</param>
    /// <param name="moneyness">As in <see cref="Price"/>.</param>
    /// <param name="precision">Of the last step.</param>
    /// <returns>0 when the price is too small to tell deviations apart.</returns>
    public static double ImpliedDeviation(double price, double moneyness, double precision)
    {
        var bound = Math.Exp(moneyness / 2);
        if (!(price > 0 && price < bound))
            return price > 0 ? double.PositiveInfinity : 0;

        // Where the price bends from convex to concave (Manaster and Koehler 1982); at the money it starts with the tangent.
        var start = Math.Sqrt(-2 * moneyness);
        var atStart = start > 0 ? Price(start, moneyness) : 0;
        var objective = price < atStart ? Objective.Low : price > (atStart + bound) / 2 ? Objective.High : Objective.Middle;
        var deviation = objective switch
        {
            Objective.Low => start,
            _ => start + ((price - atStart) / Slope(Math.Max(start, 1e-300), moneyness)),
        };

        var (low, high) = (0.0, double.PositiveInfinity);
        for (var i = 0; i < MostSteps; i++)
        {
            var value = Price(deviation, moneyness);
            if (value < price)
                low = deviation;
            else
                high = deviation;

            var step = Step(objective, value, price, bound, Slope(deviation, moneyness));
            var next = deviation - step;

            if (Math.Abs(step) <= precision * deviation)
                return next;
            deviation = next > low && next < high ? next : double.IsPositiveInfinity(high) ? 2 * deviation : (low + high) / 2;
        }

        return deviation;
    }

    private static double Step(Objective objective, double value, double price, double bound, double slope)
    {
        switch (objective)
        {
            case Objective.Low when value > 0:
                var (has, wants) = (Math.Log(value), Math.Log(price));
                return value * has * ((has / wants) - 1) / slope;
            case Objective.High when bound > value:
                return -(bound - value) * Math.Log((bound - value) / (bound - price)) / slope;
            default:
                return (value - price) / slope;
        }
    }

    private static double Slope(double deviation, double moneyness)
    {
        var (distance, half) = (moneyness / deviation, deviation / 2);
        return InverseSqrtTwoPi * Math.Exp(-0.5 * ((distance * distance) + (half * half)));
    }

    private enum Objective
    {
        Low,
        Middle,
        High,
    }
}
