using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Health;

/// <summary>
/// How one provider does: what its answers were, over all replicas, and whether it is asked at all. Each replica adds what it saw to the shared book now and then, and
/// takes over changes of the circuit from it. Where the book cannot be reached, requests go on. Safe to use from several threads.
/// </summary>
internal sealed class ProviderHealth : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private const int WriteAttempts = 5;

    private readonly string _key;
    private readonly IProviderState _state;
    private readonly TimeProvider _time;
    private readonly Wakeup _changed;
    private readonly Lock _gate = new();

    /// <summary>One at a time: whoever reads before another one has told would hear less afterwards than was known before.</summary>
    private readonly SemaphoreSlim _sharing = new(1);

    private HealthBook _seen = HealthBook.Empty;
    private HealthBook _unsaid = HealthBook.Empty;

    /// <summary>What is being told: not heard yet, and unsaid no more.</summary>
    private HealthBook _telling = HealthBook.Empty;

    private bool _hasNews;

    public ProviderHealth(string provider, CircuitPauses pauses, IProviderState state, TimeProvider time)
    {
        (_key, _state, _time) = ($"provider-health-{provider}", state, time);
        _changed = new Wakeup(time);
        Circuit = new Circuit(pauses, time) { Changed = change => Add(new HealthBook { Circuit = change }, isUrgent: true) };
    }

    public Circuit Circuit { get; }

    /// <summary>What all replicas saw as far as this one has heard, and what it saw itself.</summary>
    public HealthBook Book
    {
        get
        {
            lock (_gate)
                return _seen.Plus(_telling, _time.GetUtcNow()).Plus(_unsaid, _time.GetUtcNow());
        }
    }

    public void Record(ProviderError? error, TimeSpan latency)
    {
        Add(HealthBook.Of(error, latency, _time.GetUtcNow()), isUrgent: false);
        Circuit.Record(error);
    }

    /// <summary>Tells and hears news until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await TryShareAsync(cancellationToken);
            await _changed.WaitAsync(Every, cancellationToken);
        }
    }

    /// <summary>Tells what is new here and hears what is new elsewhere; false when the book cannot be reached. What could not be told is told the next time.</summary>
    public async Task<bool> TryShareAsync(CancellationToken cancellationToken)
    {
        await _sharing.WaitAsync(cancellationToken);
        var news = TakeNews();
        try
        {
            for (var attempt = 1; attempt <= WriteAttempts; attempt++)
            {
                var (stored, version) = await _state.ReadAsync<HealthBook>(_key, cancellationToken);
                var book = (stored ?? HealthBook.Empty).Plus(news ?? HealthBook.Empty, _time.GetUtcNow());
                if (news is null || await _state.TryWriteAsync(_key, book, version, cancellationToken))
                {
                    news = null;
                    Hear(book);
                    return true;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20 * attempt)), _time, cancellationToken);
            }

            return false;
        }
        catch (StateUnavailableException)
        {
            // The budgets say so aloud; here it only means that others hear later.
            return false;
        }
        finally
        {
            if (news is not null)
                TakeBack(news);
            _sharing.Release();
        }
    }

    public void Dispose() => _sharing.Dispose();

    private void Add(HealthBook news, bool isUrgent)
    {
        lock (_gate)
        {
            _unsaid = _unsaid.Plus(news, _time.GetUtcNow());
            _hasNews = true;
        }

        if (isUrgent)
            _changed.Set();
    }

    private HealthBook? TakeNews()
    {
        lock (_gate)
        {
            if (!_hasNews)
                return null;
            (_telling, _unsaid, _hasNews) = (_unsaid, HealthBook.Empty, false);
            return _telling;
        }
    }

    private void TakeBack(HealthBook news)
    {
        lock (_gate)
        {
            _unsaid = _unsaid.Plus(news, _time.GetUtcNow());
            (_telling, _hasNews) = (HealthBook.Empty, true);
        }
    }

    private void Hear(HealthBook book)
    {
        lock (_gate)
            (_seen, _telling) = (book, HealthBook.Empty);
        if (book.Circuit is { } change)
            Circuit.Adopt(change);
    }
}
