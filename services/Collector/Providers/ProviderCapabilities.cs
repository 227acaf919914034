using StocksDapr.Market;

namespace StocksDapr.Collector.Providers;

/// <summary>What a provider can be asked for.</summary>
/// <param name="Intervals">The intervals it has, each with how far back; null means all of the instrument's life.</param>
/// <param name="MaxSymbols">Symbols in one request for bars or corporate actions.</param>
/// <param name="MaxBars">Bars for one symbol in one answer, unless <see cref="FewerBars"/> says otherwise.</param>
/// <param name="Delay">How long after the end of a bar's interval the bar can be had.</param>
internal sealed record ProviderCapabilities(
    IReadOnlyDictionary<Interval, TimeSpan?> Intervals, int MaxSymbols, int MaxBars, TimeSpan Delay)
{
    /// <summary>Intervals of which an answer has fewer bars than <c>MaxBars</c>, with how many.</summary>
    public IReadOnlyDictionary<Interval, int> FewerBars { get; init; } = new Dictionary<Interval, int>();

    /// <summary>What the vendor does to the prices that it delivers. What a provider answers is raw all the same.</summary>
    public VendorPrices Prices { get; init; } = VendorPrices.Raw;

    /// <summary>By which end the vendor names a bar. What a provider answers is named by the start all the same.</summary>
    public BarStamp Stamp { get; init; } = BarStamp.Start;

    /// <summary>The vendor says which instruments it has, few enough to collect them all. Otherwise what is tracked is collected.</summary>
    public bool ListsInstruments { get; init; }

    /// <summary>It can be asked for splits and dividends.</summary>
    public bool HasCorporateActions { get; init; } = true;

    /// <summary>Bars of an interval for one symbol in one answer.</summary>
    public int MaxBarsOf(Interval interval) => FewerBars.GetValueOrDefault(interval, MaxBars);
}

/// <summary>What a vendor does to prices before it delivers them.</summary>
internal enum VendorPrices
{
    /// <summary>Nothing: as traded.</summary>
    Raw,

    /// <summary>Divided by all later splits; the provider multiplies them back.</summary>
    SplitAdjusted,
}

/// <summary>By which end a vendor names a bar.</summary>
internal enum BarStamp
{
    Start,
    End,
}
