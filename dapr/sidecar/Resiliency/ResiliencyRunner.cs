namespace StocksDapr.Sidecar.Resiliency;

/// <summary>Runs an operation under a target's policies: retry( breaker( timeout( operation ) ) ). Thread-safe.</summary>
internal sealed class ResiliencyRunner(TimeSpan? timeout, RetryPolicy? retry, CircuitBreaker? breaker, TimeProvider time)
{
    /// <summary>No policy: one attempt.</summary>
    public static ResiliencyRunner None { get; } = new(null, null, null, TimeProvider.System);

    /// <summary>True when there is no policy at all.</summary>
    public bool IsNone => timeout is null && retry is null && breaker is null;

    /// <summary>True when a retry policy applies.</summary>
    public bool HasRetry => retry is not null;

    /// <summary>
    /// Runs the operation until it succeeds or the policies give up. The operation throws when it fails; throw
    /// <see cref="PermanentException"/> for what a retry cannot mend, <see cref="StatusCodeException"/> when the failure has an HTTP status.
    /// </summary>
    /// <exception cref="CircuitOpenException">The breaker is open.</exception>
    /// <exception cref="TimeoutException">The last attempt took longer than the policy allows.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var attempts = retry?.Begin();
        while (true)
        {
            TimeSpan pause;
            try
            {
                return await AttemptAsync(operation, cancellationToken);
            }
            catch (PermanentException permanent)
            {
                throw permanent.InnerException!;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested && attempts?.Next(failure) is { } wait)
            {
                pause = wait;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
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

    private async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        var generation = breaker?.Enter() ?? 0;
        try
        {
            var result = await WithTimeoutAsync(operation, cancellationToken);
            breaker?.Leave(generation, succeeded: true);
            return result;
        }
        catch
        {
            breaker?.Leave(generation, succeeded: false);
            throw;
        }
    }

    private async Task<T> WithTimeoutAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        if (timeout is not { } limit) return await operation(cancellationToken);
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await operation(either.Token);
        }
        catch (OperationCanceledException late) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("context deadline exceeded", late);
        }
    }
}

/// <summary>The failure is final: no retry.</summary>
internal sealed class PermanentException(Exception inner) : Exception(inner.Message, inner);

/// <summary>The breaker is open.</summary>
internal sealed class CircuitOpenException(string message = "circuit breaker is open") : Exception(message);

/// <summary>A failure with an HTTP status, which retry policies can match.</summary>
internal class StatusCodeException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
