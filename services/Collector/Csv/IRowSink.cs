using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Csv;

/// <summary>Takes what a file holds, row by row.</summary>
internal interface IRowSink
{
    void Bar(string symbol, in RawBar bar);

    /// <summary>A split or dividend that stood beside the bar last given.</summary>
    void Action(string symbol, CorporateAction action);

    /// <summary>A row from which no bar could be made.</summary>
    void Rejected(RejectedLine line);
}
