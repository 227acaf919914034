namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>What becomes of a request to the simulated vendor.</summary>
internal enum RequestFault
{
    None,
    RateLimit,
    TimeOut,
    BrokenJson,
}
