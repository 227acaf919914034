using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Live;

/// <summary>
/// Who of several replicas does something that only one may do, such as hold a vendor's connection. The holder writes a sign of life; another one takes over when it
/// has seen the same sign for the lease's length by its own clock, so that clocks need not agree. With its sign the holder says how the stream does. Not safe to use from
/// several threads.
/// </summary>
/// <exception cref="StateUnavailableException">Thrown by all methods when nobody can be asked.</exception>
internal sealed class LiveLease(IProviderState state, string name, string holder, TimeSpan length, TimeProvider time)
{
    private const string Nobody = "";

    private string? _seen;
    private long _seenAt;

    private string Key => KeyOf(name);

    public static string NameOf(string stream) => "live-" + stream;

    /// <summary>What the holder of a lease said last, and when by its clock; null when nobody holds it or nothing was said.</summary>
    public static async Task<(StreamView State, DateTimeOffset At)?> ReadAsync(IProviderState state, string name, CancellationToken cancellationToken) =>
        (await state.ReadAsync<Sign>(KeyOf(name), cancellationToken)).Value is { State: { } said, At: var at } ? (said, at) : null;

    /// <summary>Takes the lease if it is free, or says that this holder lives. False when another one has it.</summary>
    public async Task<bool> TryHoldAsync(StreamView? said, CancellationToken cancellationToken)
    {
        var (sign, version) = await state.ReadAsync<Sign>(Key, cancellationToken);
        if (sign is not null && sign.Holder != holder && sign.Holder != Nobody && !IsDead(version))
            return false;

        return await state.TryWriteAsync(Key, new Sign(holder, (sign?.Number ?? 0) + 1, said, time.GetUtcNow()), version, cancellationToken);
    }

    /// <summary>Lets others have it at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        var (sign, version) = await state.ReadAsync<Sign>(Key, cancellationToken);
        if (sign?.Holder == holder)
            await state.TryWriteAsync(Key, new Sign(Nobody, sign.Number + 1, null, time.GetUtcNow()), version, cancellationToken);
    }

    private bool IsDead(string version)
    {
        if (_seen != version)
            (_seen, _seenAt) = (version, time.GetTimestamp());
        return time.GetElapsedTime(_seenAt) >= length;
    }

    private static string KeyOf(string name) => "lease-" + name;

    private sealed record Sign(string Holder, long Number, StreamView? State = null, DateTimeOffset At = default);
}
