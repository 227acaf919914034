using Dapr;
using Microsoft.Extensions.Options;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Streams;

/// <summary>The life of a stream, from its first event to the reason for its end.</summary>
internal sealed class StreamConnections(
    StreamHub hub,
    StreamFollower follower,
    QueryStream query,
    TokenValidator tokens,
    StreamMetrics metrics,
    IHostApplicationLifetime lifetime,
    IOptions<StreamOptions> options,
    TimeProvider time)
{
    /// <summary>Events between two flushes.</summary>
    private const int MaxEvents = 512;

    /// <summary>How often it is asked whether the token is still good; what was asked less than a second ago is not asked again.</summary>
    private static readonly TimeSpan TokenEvery = TimeSpan.FromMilliseconds(900);

    /// <summary>When a reader whose connection broke should come back.</summary>
    private static ReadOnlySpan<byte> Retry => "retry: 2000\n\n"u8;

    /// <summary>Sends events until there is a reason not to.</summary>
    /// <param name="context">The reader's request, whose answer has not started; the follower counts the reader.</param>
    /// <param name="subscription">What the reader follows.</param>
    /// <param name="lastSeen">Where the reader was; null for one that is new.</param>
    /// <param name="token">The reader's token.</param>
    public async Task RunAsync(HttpContext context, StreamSubscription subscription, StreamPosition? lastSeen, string token)
    {
        metrics.Opened();
        var end = StreamEnd.Gone;
        try
        {
            var writer = new StreamWriter(context.Response, options.Value.StalledAfter, metrics, time);
            writer.Write(Retry);
            end = await SendAsync(writer, subscription, lastSeen, token, context.RequestAborted);
            if (end == StreamEnd.Stalled)
            {
                context.Abort();
            }
            else if (end != StreamEnd.Gone)
            {
                writer.Write(end.ToEvent());
                if (await writer.FlushAsync(context.RequestAborted) == StreamEnd.Stalled)
                    context.Abort();
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader has gone.
        }
        finally
        {
            metrics.Ended(end.Reason);
        }
    }

    private async Task<StreamEnd> SendAsync(
        StreamWriter writer, StreamSubscription subscription, StreamPosition? lastSeen, string token, CancellationToken cancellationToken)
    {
        var (cursor, end) = await BeginAsync(writer, subscription, lastSeen, cancellationToken);
        var frames = new List<StreamFrame>();
        var checkedAt = time.GetTimestamp();
        var isGreeted = false;
        while (end is null)
        {
            var news = hub.News;
            frames.Clear();
            switch (hub.Read(cursor!, subscription, frames, MaxEvents))
            {
                case StreamReading.TooSlow:
                    return StreamEnd.TooSlow;
                case StreamReading.Reset:
                    (cursor, end) = await BeginAnewAsync(writer, subscription, "stream_restarted", cancellationToken);
                    isGreeted = false;
                    continue;
                case StreamReading.Some:
                    writer.Write(frames, withIds: true);
                    end = await writer.FlushAsync(cancellationToken);
                    news = Task.CompletedTask;
                    break;
                case StreamReading.Nothing when !isGreeted || time.GetElapsedTime(writer.WrittenAt) >= options.Value.HeartbeatEvery:
                    writer.WriteHeartbeat(new StreamPosition(cursor!.Epoch, cursor.Through), follower.IsConnected);
                    end = await writer.FlushAsync(cancellationToken);
                    isGreeted = true;
                    break;
            }

            if (end is null && lifetime.ApplicationStopping.IsCancellationRequested)
                end = StreamEnd.Shutdown;
            if (end is null && time.GetElapsedTime(checkedAt) >= TokenEvery)
            {
                checkedAt = time.GetTimestamp();
                end = await IsGoodAsync(token, cancellationToken) ? null : StreamEnd.TokenEnded;
            }

            if (end is null)
                await news.WaitAsync(cancellationToken);
        }

        return end;
    }

    /// <summary>Takes a reader to where the ring goes on for it: a new one by the bars as they stand, one that comes back by what it has missed.</summary>
    private async Task<(StreamCursor? Cursor, StreamEnd? End)> BeginAsync(
        StreamWriter writer, StreamSubscription subscription, StreamPosition? lastSeen, CancellationToken cancellationToken)
    {
        if (lastSeen is not { } seen)
            return await BeginNewAsync(writer, subscription, cancellationToken);

        StreamCursor? cursor;
        for (var isConfirmed = false; !hub.TryResume(seen, isConfirmed, out cursor); isConfirmed = true)
        {
            // Not in memory: Query has the log. Its page also moves a reader on for whom there was nothing.
            StreamPage page;
            var known = hub.Position;
            try
            {
                page = await query.ReadAsync(seen.Number, TimeSpan.Zero, subscription, cancellationToken);
            }
            catch (StreamSourceException)
            {
                return (null, StreamEnd.SourceAway);
            }

            if (page.IsMissed || page.Epoch != seen.Epoch || hub.Position?.Epoch != seen.Epoch)
                return await BeginAnewAsync(writer, subscription, "too_old", cancellationToken);

            writer.Write([.. page.Frames], withIds: true);
            if (await writer.FlushAsync(cancellationToken) is { } end)
                return (null, end);

            // What this replica had known before it asked is in the answer, or is no more: forming bars that changed or went away leave nothing behind.
            var isAll = page.Frames.Count < QueryStream.PageSize && known is { } before && before.Epoch == page.Epoch;
            seen = seen with { Number = isAll ? Math.Max(page.Through, known!.Value.Number) : page.Through };
        }

        return (cursor, null);
    }

    private async Task<(StreamCursor? Cursor, StreamEnd? End)> BeginAnewAsync(
        StreamWriter writer, StreamSubscription subscription, string reason, CancellationToken cancellationToken)
    {
        writer.Write("event: reset\ndata: {\"reason\":\""u8);
        writer.Write(System.Text.Encoding.ASCII.GetBytes(reason));
        writer.Write("\",\"detail\":\"What follows your last id is not known any more: read the bars that you show anew, by GET /api/v1/bars; what follows here is of now.\"}\n\n"u8);
        return await BeginNewAsync(writer, subscription, cancellationToken);
    }

    /// <summary>
    /// The bars as they stand, without ids: a reader whose connection breaks in between has not seen all of them, and must not go on as if it had.
    /// The heartbeat that follows has one.
    /// </summary>
    private async Task<(StreamCursor? Cursor, StreamEnd? End)> BeginNewAsync(
        StreamWriter writer, StreamSubscription subscription, CancellationToken cancellationToken)
    {
        var cursor = hub.Join(subscription, out var forming);
        foreach (var some in forming.Chunk(MaxEvents))
        {
            writer.Write([.. some], withIds: false);
            if (await writer.FlushAsync(cancellationToken) is { } end)
                return (null, end);
        }

        return (cursor, null);
    }

    private async Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.ValidateAsync(token, cancellationToken) is not null;
        }
        catch (DaprException)
        {
            // Neither good nor bad; nobody can have revoked it either.
            return true;
        }
    }
}
