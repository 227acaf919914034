namespace StocksDapr.Writer.Streams;

/// <summary>What an event of the stream tells, as <c>market.stream_events</c> has it.</summary>
internal enum StreamKind : short
{
    /// <summary>A bar was stored.</summary>
    Stored = 1,

    /// <summary>A stored bar has other values now.</summary>
    Corrected = 2,

    /// <summary>Many bars of a range were stored or corrected at once.</summary>
    Many = 3,
}
