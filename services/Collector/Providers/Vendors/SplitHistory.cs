using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Takes a vendor's split adjustment out again. Such a vendor has divided the prices of a day by the ratios of all splits that went ex after it, and
/// multiplied the volume; a split takes effect with the opening of its ex-date. The splits must be known up to the day of the fetch.
/// </summary>
internal sealed class SplitHistory
{
    public static readonly SplitHistory None = new([], DateOnly.MinValue);

    private readonly (DateOnly ExDate, decimal Ratio)[] _splits;

    /// <param name="actions">Splits in any order; other actions are passed over.</param>
    /// <param name="today">The date at the exchange: a split that is announced for a later day has not been applied yet.</param>
    public SplitHistory(IEnumerable<CorporateAction> actions, DateOnly today) =>
        _splits =
        [
            .. actions.Where(action => action is { Kind: CorporateActionKind.Split, Value: > 1e-6 and < 1e6 } && action.ExDate <= today)
                .Select(action => (action.ExDate, (decimal)action.Value)).Distinct(),
        ];

    /// <summary>By what the prices of a day have been divided; 1 for a day after the last split.</summary>
    public decimal FactorOn(DateOnly day)
    {
        var factor = 1m;
        foreach (var (exDate, ratio) in _splits)
        {
            if (exDate > day)
                factor *= ratio;
        }

        return factor;
    }

    /// <summary>A bar as it was traded on its day.</summary>
    public RawBar Unadjust(in RawBar bar, DateOnly day)
    {
        var factor = FactorOn(day);
        return factor == 1
            ? bar
            : bar with
            {
                Open = Times(bar.Open, factor),
                High = Times(bar.High, factor),
                Low = Times(bar.Low, factor),
                Close = Times(bar.Close, factor),
                Volume = Shares(bar.Volume, factor),
            };
    }

    /// <summary>An amount per share, such as a dividend, as it was paid on its day.</summary>
    public double Unadjust(double amount, DateOnly day) => Times(amount, FactorOn(day)).Number ?? amount;

    /// <remarks>In decimal, so that 75.0875 · 4 is 300.35 and 17.52 · 10 is 175.2.</remarks>
    private static RawValue Times(RawValue price, decimal factor) =>
        price.TryGetNumber(out var number) && Math.Abs(number) < 1e12 ? (double)((decimal)number * factor) : price;

    private static RawValue Shares(RawValue volume, decimal factor) =>
        volume.TryGetNumber(out var number) && Math.Abs(number) < 1e18 ? (double)Math.Round((decimal)number / factor) : volume;
}
