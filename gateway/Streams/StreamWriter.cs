using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace StocksDapr.Gateway.Streams;

/// <summary>Writes events to one reader, and notices when nobody takes them.</summary>
internal sealed class StreamWriter(HttpResponse response, TimeSpan stalledAfter, StreamMetrics metrics, TimeProvider time)
{
    private readonly PipeWriter _body = response.BodyWriter;

    /// <summary>When something was sent last, by the clock's timestamp.</summary>
    public long WrittenAt { get; private set; } = time.GetTimestamp();

    public void Write(ReadOnlySpan<byte> text) => _body.Write(text);

    /// <summary>Writes those events that are still true.</summary>
    public void Write(List<StreamFrame> frames, bool withIds)
    {
        var sent = 0;
        foreach (var frame in frames)
        {
            var bytes = frame.Bytes(withIds);
            if (bytes.IsEmpty)
                continue;

            _body.Write(bytes);
            sent++;
        }

        metrics.Sent(sent);
    }

    /// <summary>A sign of life. With its id a reader that gets few events still comes back to a place that is known.</summary>
    public void WriteHeartbeat(StreamPosition position, bool isLive) => Write(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"id: {position}\nevent: heartbeat\ndata: {{\"at\":\"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"live\":{(isLive ? "true" : "false")}}}\n\n")));

    /// <summary>Sends what was written.</summary>
    /// <returns>Why it could not be sent; null when it was.</returns>
    public async ValueTask<StreamEnd?> FlushAsync(CancellationToken cancellationToken)
    {
        var flushing = _body.FlushAsync(cancellationToken);
        try
        {
            var result = flushing.IsCompleted ? await flushing : await flushing.AsTask().WaitAsync(stalledAfter, time, cancellationToken);
            WrittenAt = time.GetTimestamp();
            return result.IsCompleted ? StreamEnd.Gone : null;
        }
        catch (TimeoutException)
        {
            return StreamEnd.Stalled;
        }
    }
}
