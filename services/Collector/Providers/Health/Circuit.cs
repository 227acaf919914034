namespace StocksDapr.Collector.Providers.Health;

/// <summary>
/// Leaves a provider alone that fails: opens after failures in a row or too many of the last ones, and after a while lets one request at a time try. Failures
/// are those of the provider or the way to it; an answer that refuses or limits a request shows that it is there. Safe to use from several threads.
/// </summary>
/// <param name="pauses">How long it leaves the provider alone.</param>
/// <param name="time">The clock.</param>
internal sealed class Circuit(CircuitPauses pauses, TimeProvider time)
{
    public const int FailuresInARow = 5;

    /// <summary>It opens as well when half of so many answers are failures.</summary>
    public const int Observed = 20;

    /// <summary>A trial of which nothing is heard for so long does not hinder the next one.</summary>
    private static readonly TimeSpan LongestTrial = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Queue<bool> _failures = new();
    private CircuitChange _change = CircuitChange.None;
    private int _inARow;
    private DateTimeOffset? _trialBegan;

    /// <summary>Called after each change that happened here.</summary>
    public Action<CircuitChange>? Changed { get; set; }

    public CircuitChange Last
    {
        get
        {
            lock (_gate)
                return _change;
        }
    }

    /// <summary>How many requests may be sent now.</summary>
    public int Allowance()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return _change.StateAt(now) switch
            {
                CircuitState.Closed => int.MaxValue,
                CircuitState.HalfOpen => _trialBegan is { } began && now - began < LongestTrial ? 0 : 1,
                _ => 0,
            };
        }
    }

    /// <summary>Takes one from the allowance.</summary>
    public void Sending()
    {
        lock (_gate)
            _trialBegan = _change.IsOpen ? time.GetUtcNow() : null;
    }

    /// <summary>Takes one from the allowance, if there is one.</summary>
    public bool TrySend()
    {
        lock (_gate)
        {
            if (Allowance() == 0)
                return false;
            Sending();
            return true;
        }
    }

    /// <summary>Why nothing may be sent, with the time after which it is worth another try.</summary>
    public ProviderError Refusal()
    {
        var change = Last;
        var wait = change.Until - time.GetUtcNow();
        return new ProviderError(
            ProviderErrorKind.Unavailable, $"The provider has failed {change.Openings} times in a row to work and is left alone: {change.Reason}",
            wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(5));
    }

    /// <summary>Takes in the outcome of a request; null for a good one.</summary>
    public void Record(ProviderError? error)
    {
        CircuitChange? change;
        lock (_gate)
            change = IsFailure(error) ? Failed(error!) : Succeeded();
        if (change is not null)
            Changed?.Invoke(change);
    }

    /// <summary>Takes over what another replica has found out, if it is newer.</summary>
    public void Adopt(CircuitChange other)
    {
        lock (_gate)
        {
            if (other.Since > _change.Since)
                Change(other);
        }
    }

    private static bool IsFailure(ProviderError? error) =>
        error?.Kind is ProviderErrorKind.Unavailable or ProviderErrorKind.TimedOut or ProviderErrorKind.Malformed;

    private CircuitChange? Failed(ProviderError error)
    {
        var now = time.GetUtcNow();
        switch (_change.StateAt(now))
        {
            case CircuitState.Open:
                // It was on its way before.
                return null;
            case CircuitState.Closed:
                _inARow++;
                Observe(isFailure: true);
                if (_inARow < FailuresInARow && (_failures.Count < Observed || _failures.Count(failure => failure) * 2 < Observed))
                    return null;
                break;
        }

        var pause = pauses.First * Math.Pow(2, Math.Min(_change.Openings, 10));
        if (error.RetryAfter > pause)
            pause = error.RetryAfter.Value;
        return Change(new CircuitChange(true, now, now + (pause < pauses.Longest ? pause : pauses.Longest), _change.Openings + 1, error.Detail));
    }

    private CircuitChange? Succeeded()
    {
        var now = time.GetUtcNow();
        switch (_change.StateAt(now))
        {
            case CircuitState.HalfOpen:
                return Change(new CircuitChange(false, now, null, 0, null));
            case CircuitState.Closed:
                _inARow = 0;
                Observe(isFailure: false);
                break;
        }

        return null;
    }

    private CircuitChange Change(CircuitChange change)
    {
        _change = change;
        _trialBegan = null;
        _inARow = 0;
        _failures.Clear();
        return change;
    }

    private void Observe(bool isFailure)
    {
        _failures.Enqueue(isFailure);
        if (_failures.Count > Observed)
            _failures.Dequeue();
    }
}
