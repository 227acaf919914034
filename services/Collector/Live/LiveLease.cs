using System.Globalization;
using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Live;

/// <summary>
/// Who of several replicas does something that only one may do, such as hold a vendor's connection. The holder writes a sign of life; another one takes over when it
/// has seen the same sign for the lease's length by its own clock, so that clocks need not agree. Not safe to use from several threads.
/// </summary>
internal sealed class LiveLease(DaprClient dapr, string name, string holder, TimeSpan length, TimeProvider time)
{
    // Only housekeeping: a lease that nobody has wanted for so long need not be kept.
    private static readonly Dictionary<string, string> Metadata =
        new() { ["ttlInSeconds"] = TimeSpan.FromDays(1).TotalSeconds.ToString(CultureInfo.InvariantCulture) };

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    private string? _seen;
    private long _seenAt;

    private string Key => "lease-" + name;

    /// <summary>Takes the lease if it is free, or says that this holder lives. False when another one has it.</summary>
    /// <exception cref="DaprException">Nobody can be asked.</exception>
    public async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        var (sign, etag) = await ReadAsync(cancellationToken);
        if (sign is not null && sign.Holder != holder && !IsDead(etag))
            return false;

        var mine = new Sign(holder, (sign?.Number ?? 0) + 1);
        try
        {
            if (!await dapr.TrySaveStateAsync(Components.StateStore, Key, mine, sign is null ? "" : etag, FirstWrite, Metadata, cancellationToken))
                return false;
        }
        catch (DaprException) when (!cancellationToken.IsCancellationRequested)
        {
            // Some stores say so when another one was first; what is stored decides.
        }

        return (await ReadAsync(cancellationToken)).Sign == mine;
    }

    /// <summary>Lets others have it at once.</summary>
    /// <exception cref="DaprException">Nobody could be told; the lease runs out.</exception>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var (sign, etag) = await ReadAsync(cancellationToken);
        if (sign?.Holder == holder)
            await dapr.TryDeleteStateAsync(Components.StateStore, Key, etag, FirstWrite, cancellationToken: cancellationToken);
    }

    private bool IsDead(string etag)
    {
        if (_seen != etag)
            (_seen, _seenAt) = (etag, time.GetTimestamp());
        return time.GetElapsedTime(_seenAt) >= length;
    }

    private async Task<(Sign? Sign, string ETag)> ReadAsync(CancellationToken cancellationToken) =>
        await dapr.GetStateAndETagAsync<Sign?>(Components.StateStore, Key, ConsistencyMode.Strong, cancellationToken: cancellationToken);

    private sealed record Sign(string Holder, long Number);
}
