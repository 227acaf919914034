namespace StocksDapr.Collector.Imports;

/// <summary>The disk has no room for a file that is to be imported.</summary>
internal sealed class SpoolFullException : IOException
{
    public SpoolFullException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
