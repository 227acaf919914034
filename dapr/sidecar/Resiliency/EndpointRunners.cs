using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>The policies of one application that is invoked: the same for all endpoints, with a circuit breaker for each. Thread-safe.</summary>
internal sealed class EndpointRunners(TimeSpan? timeout, RetryPolicy? retry, CircuitBreakerSpec? breaker, int capacity, TimeProvider time)
{
    private readonly ResiliencyRunner _shared = timeout is null && retry is null ? ResiliencyRunner.None : new ResiliencyRunner(timeout, retry, null, time);
    private readonly Dictionary<string, LinkedListNode<(string Endpoint, ResiliencyRunner Runner)>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Endpoint, ResiliencyRunner Runner)> _byUse = new();
    private readonly Lock _lock = new();

    /// <summary>The runner of an endpoint; the one that was used longest ago is forgotten when there are too many.</summary>
    public ResiliencyRunner For(string endpoint)
    {
        if (breaker is null) return _shared;
        lock (_lock)
        {
            if (_known.TryGetValue(endpoint, out var found)) _byUse.Remove(found);
            else found = _known[endpoint] = new((endpoint, new ResiliencyRunner(timeout, retry, new CircuitBreaker(breaker, time), time)));
            _byUse.AddLast(found);
            if (_known.Count > capacity)
            {
                _known.Remove(_byUse.First!.Value.Endpoint);
                _byUse.RemoveFirst();
            }

            return found.Value.Runner;
        }
    }
}
