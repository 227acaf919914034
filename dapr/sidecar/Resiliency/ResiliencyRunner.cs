namespace StocksDapr.Sidecar.Resiliency;

/// <summary>Runs an operation under a target's policies: retry( breaker( timeout( operation ) ) ).</summary>
internal sealed class ResiliencyRunner
{
    /// <summary>No policy: one attempt.</summary>
    public static ResiliencyRunner None { get; } = new();

    /// <summary>True when a retry policy applies.</summary>
    public bool HasRetry { get; init; }

    /// <summary>
    /// Runs the operation until it succeeds or the policies give up. The operation throws when it fails; throw
    /// <see cref="PermanentException"/> for what a retry cannot mend, <see cref="StatusCodeException"/> when the failure has an HTTP status.
    /// </summary>
    /// <exception cref="CircuitOpenException">The breaker is open.</exception>
    /// <exception cref="TimeoutException">The last attempt took longer than the policy allows.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return HasRetry ? throw new InvalidOperationException() : await operation(cancellationToken);
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public async Task RunAsync(Func<CancellationToken, Task> operation, CancellationToken cancellationToken) =>
        await RunAsync(
            async token =>
            {
                await operation(token);
                return true;
            },
            cancellationToken);
}

/// <summary>The failure is final: no retry.</summary>
internal sealed class PermanentException(Exception inner) : Exception(inner.Message, inner);

/// <summary>The breaker is open.</summary>
internal sealed class CircuitOpenException() : Exception("circuit breaker is open");

/// <summary>A failure with an HTTP status, which retry policies can match.</summary>
internal class StatusCodeException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
