namespace StocksDapr.Collector.Csv;

/// <summary>How a file orders day and month in dates such as 3/4/2017, that do not begin with the year.</summary>
internal enum DateOrder
{
    /// <summary>3/4/2017 is the fourth of March.</summary>
    MonthFirst,

    /// <summary>3/4/2017 is the third of April.</summary>
    DayFirst,
}
