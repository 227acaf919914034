using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// Asks a vendor that publishes no limits as a considerate person would: one request at a time, with a pause between two, and not at all for a while when
/// it says that it was asked too much, longer with every time that it says so again.
/// </summary>
internal sealed class PoliteVendor(VendorClient vendor, TimeSpan gap, TimeSpan pauseAfterRefusal, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _one = new(1);
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;
    private DateTimeOffset _leftAloneUntil = DateTimeOffset.MinValue;
    private int _refusals;

    public async Task<ProviderAnswer<T>> GetAsync<T>(VendorRequest request, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (LeftAlone is { } refused)
                return Refused<T>(refused);
            await WaitAsync(cancellationToken);
            try
            {
                var answer = await vendor.GetAsync(request, read, cancellationToken);
                // A refusal of the keys was made without asking anybody: it says nothing of the vendor.
                if (answer.Credits > 0)
                    Remember(answer.Error);
                return answer;
            }
            finally
            {
                _notBefore = time.GetUtcNow() + gap;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>An answer without asking.</summary>
    public ProviderAnswer<T> Refused<T>(ProviderError error)
        where T : class =>
        AskedBars.Refused<T>(error, time);

    /// <summary>Makes a request that is not one for data in its turn among the others.</summary>
    public async Task InTurnAsync(Func<CancellationToken, Task> request, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await WaitAsync(cancellationToken);
            await request(cancellationToken);
        }
        finally
        {
            _notBefore = time.GetUtcNow() + gap;
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private ProviderError? LeftAlone => _leftAloneUntil - time.GetUtcNow() is var rest && rest > TimeSpan.Zero
        ? new ProviderError(ProviderErrorKind.RateLimited, "The provider said that it was asked too much and is left alone.", rest)
        : null;

    private Task WaitAsync(CancellationToken cancellationToken) =>
        _notBefore - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;

    private void Remember(ProviderError? error)
    {
        if (error?.Kind != ProviderErrorKind.RateLimited)
        {
            _refusals = error is null ? 0 : _refusals;
            return;
        }

        var pause = pauseAfterRefusal * Math.Pow(2, Math.Min(_refusals++, 12));
        if (error.RetryAfter > pause)
            pause = error.RetryAfter.Value;
        _leftAloneUntil = time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause);
    }
}
