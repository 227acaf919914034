namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>What a session of a company is to look like.</summary>
/// <param name="Open">The price in dollars at the opening, not rounded.</param>
/// <param name="Close">The price in dollars at the close, not rounded.</param>
/// <param name="Deviation">Standard deviation of the log price from the straight way between the two, over the session.</param>
/// <param name="Excitement">The day's return in ordinary deviations: large moves draw volume.</param>
internal readonly record struct CompanyDay(double Open, double Close, float Deviation, float Excitement);
