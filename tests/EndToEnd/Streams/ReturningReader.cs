using System.Collections.Concurrent;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>A reader that comes back whenever its connection ends, with the last id that it has seen, and keeps all events but heartbeats and requests to come back.</summary>
internal sealed class ReturningReader : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<StreamedEvent> _events = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    /// <param name="gateway">The gateway of a visit, from 0.</param>
    /// <param name="query">What is followed.</param>
    /// <param name="visitLength">After how many events it leaves by itself; null for never.</param>
    public ReturningReader(Func<int, HttpClient> gateway, string query, int? visitLength = null) => _reading = Task.Run(() => ReadAsync(gateway, query, visitLength));

    /// <summary>Completes when it has a place to come back to; fails with the reader.</summary>
    public async Task WhenBegunAsync() => await await Task.WhenAny(_begun.Task, _reading);

    public IReadOnlyList<StreamedEvent> Events => _reading.IsFaulted ? throw new InvalidOperationException("The reader was refused.", _reading.Exception) : [.. _events];

    /// <summary>How often it has connected.</summary>
    public int Visits { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task ReadAsync(Func<int, HttpClient> gateway, string query, int? visitLength)
    {
        string? last = null;
        for (; ; Visits++)
        {
            try
            {
                var left = visitLength;
                await foreach (var item in EventStream.ReadAsync(gateway(Visits), query, last, _ending.Token))
                {
                    last = item.Id ?? last;
                    if (last is not null)
                        _begun.TrySetResult();
                    if (item.Name == "heartbeat" || item.IsInterruption)
                        continue;

                    _events.Enqueue(item);
                    if (--left <= 0)
                        break;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Something was killed, as the test wants it.
            }

            await Task.Delay(Pause, _ending.Token);
        }
    }
}
