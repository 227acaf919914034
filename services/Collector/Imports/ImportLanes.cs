using System.Threading.Channels;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// Publishes the messages of one import while its file is still being read: several at the same time, those of one symbol one after
/// the other. Few wait at any time; then reading waits too.
/// </summary>
internal sealed class ImportLanes : IAsyncDisposable
{
    private const int Count = 4;
    private const int WaitingPerLane = 2;

    private readonly Channel<object>[] _lanes;
    private readonly Task[] _publishing;
    private readonly CancellationTokenSource _stop;

    public ImportLanes(IImportFeed feed, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _lanes = [.. Enumerable.Range(0, Count).Select(_ => Channel.CreateBounded<object>(
            new BoundedChannelOptions(WaitingPerLane) { SingleReader = true, SingleWriter = true }))];
        _publishing = [.. _lanes.Select(lane => Task.Run(() => PublishAsync(lane, feed, _stop.Token), CancellationToken.None))];
    }

    /// <summary>Waits until there is room for the message.</summary>
    public async ValueTask WriteAsync(object message, CancellationToken cancellationToken)
    {
        var lane = _lanes[(uint)string.GetHashCode(KeyOf(message), StringComparison.Ordinal) % Count];
        try
        {
            await lane.Writer.WriteAsync(message, cancellationToken);
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            throw new InvalidOperationException("Publishing of the import's messages has ended.", reason);
        }
    }

    /// <summary>Waits until everything is published.</summary>
    public async Task CompleteAsync()
    {
        foreach (var lane in _lanes)
            lane.Writer.TryComplete();
        await Task.WhenAll(_publishing);
    }

    /// <summary>Stops what has not been completed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var lane in _lanes)
            lane.Writer.TryComplete();
        await Task.WhenAll(_publishing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task PublishAsync(Channel<object> lane, IImportFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in lane.Reader.ReadAllAsync(cancellationToken))
            {
                await (message switch
                {
                    RawBars bars => feed.PublishAsync(Topics.RawBarsHistory, bars.Symbol, bars, cancellationToken),
                    CorporateActions actions => feed.PublishAsync(Topics.CorporateActions, actions.Symbol, actions, cancellationToken),
                    ImportEvent step => feed.PublishAsync(Topics.Imports, step.ImportId, step, cancellationToken),
                    _ => throw new InvalidOperationException($"An import has no messages of type {message.GetType().Name}."),
                });
            }
        }
        catch (Exception e)
        {
            // Whoever waits for room is told; CompleteAsync throws the same.
            lane.Writer.TryComplete(e);
            throw;
        }
    }

    private static string KeyOf(object message) => message switch
    {
        RawBars bars => bars.Symbol,
        CorporateActions actions => actions.Symbol,
        _ => "",
    };
}
