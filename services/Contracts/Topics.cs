namespace StocksDapr.Contracts;

/// <summary>
/// The topics. Bars have two lanes, so that a long backfill or import never delays live data. Publishers set
/// <c>partitionKey</c> to the symbol: order per symbol holds within a topic.
/// </summary>
public static class Topics
{
    /// <summary><see cref="Messages.RawBars"/>, Collector to Processor, live.</summary>
    public const string RawBars = "raw-bars";

    /// <summary><see cref="Messages.RawBars"/>, Collector to Processor: backfills and imports.</summary>
    public const string RawBarsHistory = "raw-bars-history";

    /// <summary><see cref="Messages.CleanBars"/>, Processor to Writer, live.</summary>
    public const string Bars = "bars";

    /// <summary><see cref="Messages.CleanBars"/>, Processor to Writer: backfills and imports.</summary>
    public const string BarsHistory = "bars-history";

    /// <summary><see cref="Messages.LiveBars"/>, Collector to Writer: bars that are forming. Key: the source.</summary>
    public const string LiveBars = "live-bars";

    /// <summary><see cref="Messages.RawOptionChain"/>, Collector to Processor. Key: the underlying.</summary>
    public const string RawOptions = "raw-options";

    /// <summary><see cref="Messages.CleanOptionChain"/>, Processor to Writer. Key: the underlying.</summary>
    public const string Options = "options";

    /// <summary><see cref="Messages.CorporateActions"/>, Collector to Writer.</summary>
    public const string CorporateActions = "corporate-actions";

    /// <summary><see cref="Messages.Instruments"/>, Collector to Writer.</summary>
    public const string Instruments = "instruments";

    /// <summary><see cref="Messages.ImportEvent"/>, Collector to Writer: the life of an import and the lines it rejected.</summary>
    public const string Imports = "imports";

    /// <summary><see cref="Messages.RunEvent"/>, Collector to Writer: runs of schedules, backfills and ends of day. Key: the run's id.</summary>
    public const string Runs = "runs";

    /// <summary><see cref="Messages.StoredBars"/>, Writer to whoever cares, after the commit.</summary>
    public const string Stored = "stored";

    /// <summary>Where every subscription's poison messages go; Writer owns it and keeps them for inspection.</summary>
    public const string DeadLetters = "dead-letters";
}
