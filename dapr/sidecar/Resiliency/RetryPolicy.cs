using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>When an operation is tried again, and after which pause; daprd's parameters.</summary>
internal sealed class RetryPolicy(RetrySpec spec, TimeProvider time)
{
    private const double Multiplier = 1.5;
    private const double Jitter = 0.5;
    private static readonly TimeSpan ExponentialLimit = TimeSpan.FromMinutes(15);

    private readonly bool _isExponential = spec.Policy.Equals("exponential", StringComparison.OrdinalIgnoreCase);
    private readonly StatusRanges? _codes = StatusRanges.Parse(spec.HttpStatusCodes);

    /// <summary>First pause of an exponential policy.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Total time after which an exponential policy gives up.</summary>
    public TimeSpan Total { get; init; } = ExponentialLimit;

    public Attempts Begin() => new(this, time.GetTimestamp());

    /// <summary>The attempts of one operation. Not thread-safe.</summary>
    internal sealed class Attempts(RetryPolicy policy, long began)
    {
        private TimeSpan _interval = policy.Initial;
        private int _retries;

        /// <summary>The pause before the next attempt; null = no more.</summary>
        public TimeSpan? Next(Exception failure)
        {
            if (!policy.MayRetry(failure)) return null;
            if (policy.MaxRetries >= 0 && _retries >= policy.MaxRetries) return null;
            _retries++;
            if (!policy._isExponential) return policy.Duration;
            var pause = _interval * (1 - Jitter + (2 * Jitter * Random.Shared.NextDouble()));
            _interval = _interval * Multiplier is var longer && longer > policy.MaxInterval ? policy.MaxInterval : longer;
            return policy.Elapsed(began) + pause > policy.Total ? null : pause;
        }
    }

    private int MaxRetries => spec.MaxRetries;

    private TimeSpan Duration => spec.Duration;

    private TimeSpan MaxInterval => spec.MaxInterval;

    private TimeSpan Elapsed(long began) => time.GetElapsedTime(began);

    private bool MayRetry(Exception failure) => failure switch
    {
        CircuitOpenException => false,
        StatusCodeException coded => _codes is null || _codes.Contains(coded.Status),
        _ => true,
    };
}
