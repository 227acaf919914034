using System.Numerics;

namespace StocksDapr.Market.Options;

/// <summary>
/// What the right to exercise early is worth: the difference between an American and a European option on the same binomial tree, of D. Leisen and
/// M. Reimer ("Binomial models for option valuation", 1996), whose nodes lie so that the strike is in the middle. Added to the exact European price
/// the difference is far more precise than the tree (the control variate of Hull and White 1988).
/// </summary>
internal static class AmericanTree
{
    /// <summary>Odd, as Leisen and Reimer's trees are. With control variate and extrapolation the price is right to a few parts in 100,000 of the strike, deep in the money in 10,000.</summary>
    public const int DefaultSteps = 51;

    private const int StepsWithDividends = 201;
    private const int LeastSteps = 7;
    private const int MostSteps = 2_001;

    /// <summary>
    /// The early exercise premium and the share of it in delta and gamma, extrapolated from two trees to one of infinitely many steps: a tree allows
    /// exercise at its steps alone, and misses in proportion to their length.
    /// </summary>
    /// <param name="terms">The option; its spot is without the present value of the dividends.</param>
    /// <param name="volatility">Above 0.</param>
    /// <param name="dividends">Cash dividends, of which those up to the expiry count.</param>
    /// <param name="steps">How many; an even number counts as the next odd one.</param>
    public static Premium Premium(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends, int steps = DefaultSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, LeastSteps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, MostSteps);
        // Dividends make the error jump from tree to tree: more steps are needed, and there is nothing to extrapolate.
        var hasDividends = CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years) > 0;
        steps = hasDividends ? Math.Max(steps, StepsWithDividends) : steps;
        var (few, many) = ((steps / 2) | 1, steps | 1);
        if (!TryBuild(terms, volatility, dividends, few, out var coarse) || !TryBuild(terms, volatility, dividends, many, out var fine))
            return default;

        var weight = hasDividends ? 0 : (double)few / (many - few);
        return new Premium(
            Math.Max(fine.Value + (weight * (fine.Value - coarse.Value)), 0),
            fine.Delta + (weight * (fine.Delta - coarse.Delta)),
            fine.Gamma + (weight * (fine.Gamma - coarse.Gamma)),
            fine.ExercisedNow);
    }

    private static bool TryBuild(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends, int steps, out Premium premium)
    {
        premium = default;
        if (!Probabilities.TryMake(terms, volatility, steps, out var tree))
            return false;

        // Longer than the tree is wide, so that whole vectors can be read past its end.
        var width = steps + 1 + Vector<double>.Count;
        Span<double> spots = width <= 256 ? stackalloc double[width] : new double[width];
        Span<double> american = width <= 256 ? stackalloc double[width] : new double[width];
        Span<double> european = width <= 256 ? stackalloc double[width] : new double[width];
        Leaves(terms, tree, steps, spots, american, european);

        for (var step = steps - 1; step >= 0; step--)
        {
            var time = step * tree.StepYears;
            var escrowed = CashDividend.PresentValue(dividends, terms.Rate, time, terms.Years);
            Back(terms.Sign, StrikeAt(terms, dividends, time, tree.StepYears) - escrowed, tree, step + 1, spots, american, european);
            if (step == 2)
                premium = premium with { Gamma = Curvature(spots, american) - Curvature(spots, european) };
            else if (step == 1)
                premium = premium with { Delta = Gradient(spots, american) - Gradient(spots, european) };
        }

        var now = terms.Sign * (terms.Spot + CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years) - terms.Strike);
        premium = premium with { Value = american[0] - european[0], ExercisedNow = now > 0 && american[0] <= now * (1 + 1e-12) };
        return true;
    }

    /// <summary>A call is best exercised just before a dividend, which a step is not: until then the strike still earns interest.</summary>
    private static double StrikeAt(in OptionTerms terms, ReadOnlySpan<CashDividend> dividends, double time, double step)
    {
        if (terms.Type == OptionType.Call)
        {
            foreach (var dividend in dividends)
            {
                if (dividend.Years > time && dividend.Years <= time + step && dividend.Years <= terms.Years)
                    return terms.Strike * Math.Min(Math.Exp(-terms.Rate * (dividend.Years - time)), 1);
            }
        }

        return terms.Strike;
    }

    private static void Leaves(in OptionTerms terms, in Probabilities tree, int steps, Span<double> spots, Span<double> american, Span<double> european)
    {
        var spot = terms.Spot * Math.Pow(tree.Down, steps);
        var ratio = tree.Up / tree.Down;
        for (var i = 0; i < spots.Length; i++)
        {
            spots[i] = i <= steps ? spot : spots[steps];
            european[i] = american[i] = Math.Max(terms.Sign * (spots[i] - terms.Strike), 0);
            spot *= ratio;
        }
    }

    /// <summary>One step back in time: <paramref name="nodes"/> of them, each from the two that follow it, all in place.</summary>
    private static void Back(double sign, double strike, in Probabilities tree, int nodes, Span<double> spots, Span<double> american, Span<double> european)
    {
        var (up, down, back) = (new Vector<double>(tree.DiscountedUp), new Vector<double>(tree.DiscountedDown), new Vector<double>(1 / tree.Down));
        var (signs, strikes) = (new Vector<double>(sign), new Vector<double>(sign * strike));
        for (var i = 0; i < nodes; i += Vector<double>.Count)
        {
            var spot = new Vector<double>(spots[i..]) * back;
            spot.CopyTo(spots[i..]);
            var held = (new Vector<double>(american[(i + 1)..]) * up) + (new Vector<double>(american[i..]) * down);
            Vector.Max(held, (spot * signs) - strikes).CopyTo(american[i..]);
            ((new Vector<double>(european[(i + 1)..]) * up) + (new Vector<double>(european[i..]) * down)).CopyTo(european[i..]);
        }
    }

    private static double Gradient(ReadOnlySpan<double> spots, ReadOnlySpan<double> values) => (values[1] - values[0]) / (spots[1] - spots[0]);

    private static double Curvature(ReadOnlySpan<double> spots, ReadOnlySpan<double> values) =>
        (((values[2] - values[1]) / (spots[2] - spots[1])) - Gradient(spots, values)) * 2 / (spots[2] - spots[0]);

    /// <summary>The tree's moves, and the probabilities with the discount for one step in them.</summary>
    private readonly record struct Probabilities(double Up, double Down, double DiscountedUp, double DiscountedDown, double StepYears)
    {
        private const double Least = 1e-10;

        /// <summary>False when one of the moves is as good as certain: then there is nothing to choose on the way.</summary>
        public static bool TryMake(in OptionTerms terms, double volatility, int steps, out Probabilities tree)
        {
            tree = default;
            var deviation = volatility * Math.Sqrt(terms.Years);
            if (!(deviation > 0))
                return false;

            var d1 = (Math.Log(terms.PresentSpot / terms.PresentStrike) / deviation) + (deviation / 2);
            var (up, upOfSpot) = (Invert(d1 - deviation, steps), Invert(d1, steps));
            if (up is not (> Least and < 1 - Least) || upOfSpot is not (> Least and < 1 - Least))
                return false;

            var time = terms.Years / steps;
            var (growth, discount) = (Math.Exp((terms.Rate - terms.Yield) * time), Math.Exp(-terms.Rate * time));
            tree = new Probabilities(growth * upOfSpot / up, growth * (1 - upOfSpot) / (1 - up), discount * up, discount * (1 - up), time);
            return true;
        }

        /// <summary>Peizer and Pratt's second inversion: the probability of one step for which that many steps come out as the normal distribution says.</summary>
        private static double Invert(double z, int steps)
        {
            var scaled = z / (steps + (1.0 / 3) + (0.1 / (steps + 1)));
            return 0.5 + (Math.Sign(z) * 0.5 * Math.Sqrt(1 - Math.Exp(-scaled * scaled * (steps + (1.0 / 6)))));
        }
    }
}

/// <summary>What early exercise adds to the price, to delta and to gamma of a European option, and whether it is best done at once.</summary>
internal readonly record struct Premium(double Value, double Delta, double Gamma, bool ExercisedNow);
