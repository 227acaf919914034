using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StocksDapr.Writer.Options;

namespace StocksDapr.Writer.Bars;

/// <summary>Where messages wait for the next transaction: two bounded lanes, live data before history.</summary>
internal sealed class BarQueue : IDisposable
{
    private readonly Channel<PendingBars> _live;
    private readonly Channel<PendingBars> _history;

    // One permit for each waiting message, whatever its lane.
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _maxMessages;
    private readonly int _maxBars;

    public BarQueue(IOptions<WriterOptions> options)
    {
        _maxMessages = options.Value.MaxMessagesPerTransaction;
        _maxBars = options.Value.MaxBarsPerTransaction;
        _live = Channel.CreateBounded<PendingBars>(options.Value.QueuedMessages);
        _history = Channel.CreateBounded<PendingBars>(options.Value.QueuedMessages);
    }

    public int Count => _arrived.CurrentCount;

    /// <summary>Completes when the queue is closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Waits for room, then adds the message; false when the queue is closed.</summary>
    public async Task<bool> TryAddAsync(PendingBars message, bool isLive, CancellationToken cancellationToken)
    {
        try
        {
            await (isLive ? _live : _history).Writer.WriteAsync(message, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return false;
        }

        _arrived.Release();
        return true;
    }

    /// <summary>Waits for a message, then takes what has arrived, up to what belongs into one transaction; null once the queue is closed.</summary>
    public async Task<List<PendingBars>?> TakeAsync()
    {
        try
        {
            await _arrived.WaitAsync(_closing.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        var taken = new List<PendingBars>();
        var bars = 0;
        do
        {
            // None is there when the queue was closed in between and its rest given back.
            if (!_live.Reader.TryRead(out var message) && !_history.Reader.TryRead(out message))
                break;

            taken.Add(message);
            bars += message.Bars.Bars.Length;
        }
        while (taken.Count < _maxMessages && bars < _maxBars && _arrived.Wait(0));

        return taken.Count > 0 ? taken : null;
    }

    /// <summary>
    /// Takes no more messages and returns those that nobody took yet; whoever takes from the queue is told that it is closed.
    /// </summary>
    public IReadOnlyList<PendingBars> Close()
    {
        _live.Writer.TryComplete();
        _history.Writer.TryComplete();
        _closing.Cancel();
        _closed.TrySetResult();
        var rest = new List<PendingBars>();
        while (_live.Reader.TryRead(out var message) || _history.Reader.TryRead(out message))
            rest.Add(message);
        return rest;
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _closing.Dispose();
    }
}
