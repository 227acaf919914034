namespace StocksDapr.Collector.Quotes;

/// <summary>The section <c>Collector:Quotes</c>.</summary>
internal sealed class QuoteOptions
{
    public const string Section = "Collector:Quotes";

    /// <summary>How old an answer of a provider may be to be given once more, without a request of its own.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(15);
}
