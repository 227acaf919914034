namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Which providers can be asked at all, and how much of one at a time.</summary>
internal interface IProviderFunds
{
    /// <summary>
    /// The credits of the largest single request that one of the provider's keys can ever pay for, in the provider's unit; 0 when it has no key that is accepted,
    /// <see cref="int.MaxValue"/> when there is no limit.
    /// </summary>
    ValueTask<int> LargestRequestAsync(string provider, CancellationToken cancellationToken);
}
