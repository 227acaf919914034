using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Imports;

/// <summary>What a sender may say about a file.</summary>
/// <param name="Source">The name that readers see as the bars' source.</param>
/// <param name="Hints">What is not to be guessed.</param>
internal sealed record ImportParameters(string Source, LayoutHints Hints)
{
    public const string DefaultSource = "csv";
}
