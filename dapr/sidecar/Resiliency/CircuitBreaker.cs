using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>
/// A circuit breaker: closed until its condition holds, then open for a time, then half-open for a few requests. Thread-safe.
/// </summary>
internal sealed class CircuitBreaker
{
    private const string DefaultTrip = "consecutiveFailures > 5";
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly string[] Variables = ["requests", "totalSuccesses", "totalFailures", "consecutiveSuccesses", "consecutiveFailures"];

    private readonly Lock _lock = new();
    private readonly CelProgram _trip;
    private readonly TimeProvider _time;
    private readonly uint _maxRequests;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private State _state;
    private Counts _counts;
    private long _generation;
    private long _since;

    /// <exception cref="CelException">The condition is not valid.</exception>
    public CircuitBreaker(CircuitBreakerSpec spec, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _trip = CelProgram.Compile(string.IsNullOrWhiteSpace(spec.Trip) ? DefaultTrip : spec.Trip, Variables);
        _time = time;
        _maxRequests = Math.Max(spec.MaxRequests, 1);
        _interval = spec.Interval;
        _timeout = spec.Timeout > TimeSpan.Zero ? spec.Timeout : DefaultTimeout;
        _since = time.GetTimestamp();
    }

    private enum State
    {
        Closed,
        Open,
        HalfOpen,
    }

    /// <summary>Lets a request through; the result goes to <see cref="Leave"/>.</summary>
    /// <exception cref="CircuitOpenException">The breaker is open, or half-open and busy.</exception>
    public long Enter()
    {
        lock (_lock)
        {
            Refresh();
            if (_state == State.Open) throw new CircuitOpenException();
            if (_state == State.HalfOpen && _counts.Requests >= _maxRequests) throw new CircuitOpenException("too many requests");
            _counts.Requests++;
            return _generation;
        }
    }

    /// <summary>Reports a request that <see cref="Enter"/> let through.</summary>
    public void Leave(long generation, bool succeeded)
    {
        lock (_lock)
        {
            Refresh();
            if (generation != _generation) return;
            _counts.Report(succeeded);
            if (_state == State.HalfOpen && (!succeeded || _counts.ConsecutiveSuccesses >= _maxRequests)) Become(succeeded ? State.Closed : State.Open);
            else if (_state == State.Closed && !succeeded && Trips()) Become(State.Open);
        }
    }

    private void Refresh()
    {
        var elapsed = _time.GetElapsedTime(_since);
        if (_state == State.Open && elapsed >= _timeout) Become(State.HalfOpen);
        else if (_state == State.Closed && _interval > TimeSpan.Zero && elapsed >= _interval) Become(State.Closed);
    }

    private void Become(State state)
    {
        _state = state;
        _counts = default;
        _generation++;
        _since = _time.GetTimestamp();
    }

    // A condition that cannot be evaluated (a division by zero, say) does not hold.
    private bool Trips()
    {
        var variables = CelVariables.Of(Variables[0], _counts.Requests)
            .With(Variables[1], _counts.Successes)
            .With(Variables[2], _counts.Failures)
            .With(Variables[3], _counts.ConsecutiveSuccesses)
            .With(Variables[4], _counts.ConsecutiveFailures);
        try
        {
            return _trip.Evaluate(variables) is true;
        }
        catch (CelException)
        {
            return false;
        }
    }

    private struct Counts
    {
        public long Requests;
        public long Successes;
        public long Failures;
        public long ConsecutiveSuccesses;
        public long ConsecutiveFailures;

        public void Report(bool succeeded)
        {
            Successes += succeeded ? 1 : 0;
            Failures += succeeded ? 0 : 1;
            ConsecutiveSuccesses = succeeded ? ConsecutiveSuccesses + 1 : 0;
            ConsecutiveFailures = succeeded ? 0 : ConsecutiveFailures + 1;
        }
    }
}
