namespace Dapr.Workflow;

/// <summary>Whether and when a failed activity or child workflow is repeated. The waiting is done with durable timers.</summary>
public class WorkflowRetryPolicy
{
    private static readonly TimeSpan DefaultMaxRetryInterval = TimeSpan.FromHours(1);

    /// <summary>Makes a policy.</summary>
    /// <param name="maxNumberOfAttempts">Calls altogether, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">The wait before the first repetition; more than zero.</param>
    /// <param name="backoffCoefficient">What each wait is multiplied with to get the next one; at least 1.</param>
    /// <param name="maxRetryInterval">The longest wait, not below the first; null for no limit.</param>
    /// <param name="retryTimeout">Time since the first call after which nothing is repeated any more; null or infinite for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public WorkflowRetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        // A comparison with NaN is false, whichever way round.
        if (!(backoffCoefficient >= 1.0))
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "must be at least 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRetryInterval ?? DefaultMaxRetryInterval, firstRetryInterval, nameof(maxRetryInterval));
        var timeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
        if (timeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval;
        RetryTimeout = timeout;
    }

    /// <summary>Calls altogether, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The wait before the first repetition.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each wait is multiplied with to get the next one.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest wait; null for no limit.</summary>
    public TimeSpan? MaxRetryInterval { get; }

    /// <summary>Time since the first call after which nothing is repeated any more; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>The wait after a failure; null when there is to be no further attempt.</summary>
    /// <param name="failures">How many attempts have failed, at least 1.</param>
    /// <param name="sinceFirstAttempt">Time since the first attempt began, in the workflow's own time.</param>
    internal TimeSpan? DelayAfter(int failures, TimeSpan sinceFirstAttempt)
    {
        if (failures >= MaxNumberOfAttempts || (RetryTimeout != Timeout.InfiniteTimeSpan && sinceFirstAttempt >= RetryTimeout))
            return null;

        var ticks = FirstRetryInterval.Ticks * Math.Pow(BackoffCoefficient, failures - 1);
        var limit = MaxRetryInterval ?? TimeSpan.MaxValue;
        return ticks < limit.Ticks ? TimeSpan.FromTicks((long)ticks) : limit;
    }
}
