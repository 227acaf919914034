namespace StocksDapr.Contracts;

/// <summary>The Dapr application ids, as dapr.yaml and the chart give them.</summary>
public static class AppIds
{
    public const string Collector = "collector";
    public const string Processor = "processor";
    public const string Writer = "writer";
    public const string Query = "query";
    public const string Gateway = "gateway";
}
