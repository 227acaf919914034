namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The section <c>Collector:Simulated:Faults</c>. Each number is a probability from 0 to 1: of a bar to be wrong, or of a request to fail.
/// Which bars are wrong depends on the seed, the symbol and the bar alone, so a wrong bar is wrong whenever it is asked for; which
/// requests fail depends on the seed and the time, so that the same request succeeds later.
/// </summary>
internal sealed class SimulatedFaults
{
    /// <summary>The bar is left out.</summary>
    public double Gaps { get; set; }

    /// <summary>The bar is said twice.</summary>
    public double Duplicates { get; set; }

    /// <summary>The bar stands before its predecessor.</summary>
    public double WrongOrder { get; set; }

    /// <summary>One of the bar's values is null.</summary>
    public double Nulls { get; set; }

    /// <summary>One of the bar's prices is a hundred times too high, as when pence are taken for pounds.</summary>
    public double Factor100 { get; set; }

    /// <summary>For <see cref="CorrectedAfter"/> after its end the bar has another close and volume than from then on.</summary>
    public double LateCorrections { get; set; }

    /// <summary>How long after a bar's end its correction comes.</summary>
    public TimeSpan CorrectedAfter { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>The quote of an option has its bid above its ask.</summary>
    public double CrossedQuotes { get; set; }

    /// <summary>The quote of an option is that of the close of the session before.</summary>
    public double StaleQuotes { get; set; }

    /// <summary>Nobody bids for an option.</summary>
    public double ZeroBids { get; set; }

    /// <summary>The request is answered 429, with a Retry-After.</summary>
    public double RateLimits { get; set; }

    /// <summary>The request is never answered.</summary>
    public double TimeOuts { get; set; }

    /// <summary>The answer breaks off in the middle.</summary>
    public double BrokenJson { get; set; }
}
