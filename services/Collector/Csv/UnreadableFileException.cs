namespace StocksDapr.Collector.Csv;

/// <summary>A file as a whole cannot be read as price bars.</summary>
/// <param name="code">A stable code, such as <c>not-csv</c>.</param>
/// <param name="reason">What is wrong and what would be right, in sentences for the sender.</param>
internal sealed class UnreadableFileException(string code, string reason) : Exception(reason)
{
    public string Code { get; } = code;
}
