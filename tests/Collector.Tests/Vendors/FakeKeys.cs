using System.Collections.Concurrent;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Vendors;

/// <summary>One key that pays for everything, and what was reported of its use.</summary>
internal sealed class FakeKeys(string secret) : IProviderKeys
{
    private readonly ConcurrentQueue<KeyReport> _reports = new();
    private int _spent;

    /// <summary>What no request may cost more than.</summary>
    public int? LargestRequest { get; init; }

    /// <summary>Refuses every request when set.</summary>
    public ProviderError? Refusal { get; set; }

    public IReadOnlyList<KeyReport> Reports => [.. _reports];

    /// <summary>Credits that were granted.</summary>
    public int Spent => _spent;

    public Task<KeyGrant> AcquireAsync(RequestCost cost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Refusal is not null)
            return Task.FromResult(new KeyGrant(0, Secret: null, Refusal));
        Interlocked.Add(ref _spent, cost.Credits);
        return Task.FromResult(new KeyGrant(1, secret) { Cost = cost });
    }

    public Task ReportAsync(KeyGrant grant, KeyReport report, CancellationToken cancellationToken)
    {
        _reports.Enqueue(report);
        return Task.CompletedTask;
    }
}
