namespace StocksDapr.Market.Options;

/// <summary>
/// The Federal Reserve's target for the federal funds rate since 2007, of a range its middle: what money cost overnight, and so a risk-free rate for
/// options that do not live long. Facts from the decisions of the Federal Open Market Committee, by the day on which they took effect; the primary
/// credit rate, which is published for every day, moves with it. After the last entry the rate stays until somebody adds the next or configures rates.
/// </summary>
public static class FederalFunds
{
    private static readonly (DateOnly From, double Percent)[] Targets =
    [
        (new(2006, 6, 29), 5.25), (new(2007, 9, 18), 4.75), (new(2007, 10, 31), 4.5), (new(2007, 12, 11), 4.25), (new(2008, 1, 22), 3.5),
        (new(2008, 1, 30), 3), (new(2008, 3, 18), 2.25), (new(2008, 4, 30), 2), (new(2008, 10, 8), 1.5), (new(2008, 10, 29), 1),
        (new(2008, 12, 16), 0.125), (new(2015, 12, 17), 0.375), (new(2016, 12, 15), 0.625), (new(2017, 3, 16), 0.875), (new(2017, 6, 15), 1.125),
        (new(2017, 12, 14), 1.375), (new(2018, 3, 22), 1.625), (new(2018, 6, 14), 1.875), (new(2018, 9, 27), 2.125), (new(2018, 12, 20), 2.375),
        (new(2019, 8, 1), 2.125), (new(2019, 9, 19), 1.875), (new(2019, 10, 31), 1.625), (new(2020, 3, 4), 1.125), (new(2020, 3, 16), 0.125),
        (new(2022, 3, 17), 0.375), (new(2022, 5, 5), 0.875), (new(2022, 6, 16), 1.625), (new(2022, 7, 28), 2.375), (new(2022, 9, 22), 3.125),
        (new(2022, 11, 3), 3.875), (new(2022, 12, 15), 4.375), (new(2023, 2, 2), 4.625), (new(2023, 3, 23), 4.875), (new(2023, 5, 4), 5.125),
        (new(2023, 7, 27), 5.375), (new(2024, 9, 19), 4.875), (new(2024, 11, 8), 4.625), (new(2024, 12, 19), 4.375), (new(2025, 9, 18), 4.125),
        (new(2025, 10, 30), 3.875), (new(2025, 12, 11), 3.625),
    ];

    private static readonly RateCurve[] Curves = [.. Targets.Select(target => RateCurve.Flat(Math.Log(1 + (target.Percent / 100))))];

    /// <summary>The curve that held on a day: one rate for all tenors.</summary>
    public static RateCurve On(DateOnly day)
    {
        var i = Targets.Length - 1;
        while (i > 0 && Targets[i].From > day)
            i--;
        return Curves[i];
    }
}
