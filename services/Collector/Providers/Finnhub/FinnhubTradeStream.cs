using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>
/// The stream of trades of Finnhub (API documentation, "Trades"): one WebSocket, on which symbols are subscribed to one by one. A key may have one connection
/// at a time: a second one ends the first.
/// </summary>
internal sealed class FinnhubTradeStream(FinnhubOptions options, IProviderKeys keys, TimeProvider time, ILogger<FinnhubTradeStream> logger) : ITradeStream
{
    /// <summary>Far more than any message of the stream; a longer one is none.</summary>
    private const int MaxMessageBytes = 1024 * 1024;

    /// <summary>So many messages that cannot be read, one after the other, are no stream of trades.</summary>
    private const int MaxUnreadable = 10;

    private const int FirstBufferBytes = 16 * 1024;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    public string Name => FinnhubProvider.ProviderName;

    public int MaxStreamedSymbols => options.MaxStreamedSymbols;

    public bool IsConfigured => keys.HasKey;

    public async IAsyncEnumerable<LiveTrade> StreamAsync(IReadOnlyList<string> symbols, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (symbols.Count == 0 || symbols.Count > MaxStreamedSymbols)
            throw Failed(ProviderErrorKind.NotSupported, $"1 to {MaxStreamedSymbols} symbols can be streamed, not {symbols.Count}.");

        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, cancellationToken);
        try
        {
            foreach (var symbol in symbols)
                await SendAsync(socket, "subscribe", symbol, cancellationToken);
            var messages = new Messages(socket);
            var wanted = symbols.ToHashSet(StringComparer.Ordinal);
            var trades = new List<LiveTrade>();
            for (var unreadable = 0; unreadable < MaxUnreadable;)
            {
                trades.Clear();
                unreadable = Read(await messages.NextAsync(cancellationToken), wanted, trades) ? 0 : unreadable + 1;
                foreach (var trade in trades)
                    yield return trade;
            }
        }
        finally
        {
            await LeaveAsync(socket, symbols);
        }

        throw Failed(ProviderErrorKind.Malformed, $"{MaxUnreadable} messages in a row could not be read.");
    }

    /// <summary>Whether the message could be read.</summary>
    /// <exception cref="ProviderStreamException">The message is a refusal.</exception>
    private bool Read(ReadOnlyMemory<byte> message, HashSet<string> symbols, List<LiveTrade> trades)
    {
        try
        {
            if (FinnhubTrades.Read(message.Span, symbols, trades) is { } sentence)
                throw new ProviderStreamException(FinnhubDialect.OfSentence(sentence, isAllThereIs: true)!);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is what the reader throws for text that is not Unicode.
            trades.Clear();
            logger.StreamedMessageNotRead(Name, e.Message);
            return false;
        }
    }

    private async Task ConnectAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var grant = await keys.AcquireAsync(new RequestCost(), cancellationToken);
        if (grant.Error is { } refused)
            throw new ProviderStreamException(refused);

        // The protocol's own pings find out when the other end is gone without a word.
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (KeepAlive, KeepAlive);
        socket.Options.CollectHttpResponseDetails = true;
        var error = await TryConnectAsync(socket, grant.Secret ?? "", cancellationToken);
        await keys.ReportAsync(grant, new KeyReport(error, Usage: null), cancellationToken);
        if (error is not null)
            throw new ProviderStreamException(error);
    }

    private async Task<ProviderError?> TryConnectAsync(ClientWebSocket socket, string secret, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(new UriBuilder(options.StreamAddress) { Query = $"token={Uri.EscapeDataString(secret)}" }.Uri, linked.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderError(ProviderErrorKind.TimedOut, "The stream did not begin in time.");
        }
        catch (WebSocketException)
        {
            // What the exception says is not passed on: it may name the address, and the key is part of that.
            return socket.HttpStatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                    new ProviderError(ProviderErrorKind.NotEntitled, "The provider does not accept the key for its stream."),
                HttpStatusCode.TooManyRequests => new ProviderError(ProviderErrorKind.RateLimited, "The provider has too many connections of the key."),
                _ => new ProviderError(ProviderErrorKind.Unavailable, "The stream could not be connected to."),
            };
        }
    }

    private static async Task SendAsync(ClientWebSocket socket, string type, string symbol, CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["type"] = type, ["symbol"] = symbol }),
                WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException)
        {
            throw Failed(ProviderErrorKind.Unavailable, "The connection was lost.");
        }
    }

    /// <summary>Takes leave of a connection that is still there; one that was cancelled or lost is not.</summary>
    private async Task LeaveAsync(ClientWebSocket socket, IReadOnlyList<string> symbols)
    {
        using var limit = new CancellationTokenSource(Farewell, time);
        try
        {
            for (var i = 0; i < symbols.Count && socket.State == WebSocketState.Open; i++)
                await SendAsync(socket, "unsubscribe", symbols[i], limit.Token);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
        }
        catch (Exception e) when (e is ProviderStreamException or WebSocketException or OperationCanceledException)
        {
            // It is gone either way.
            socket.Abort();
        }
    }

    private static ProviderStreamException Failed(ProviderErrorKind kind, string detail) => new(new ProviderError(kind, detail));

    /// <summary>Puts messages together from their frames, in one buffer that grows up to a bound.</summary>
    private sealed class Messages(ClientWebSocket socket)
    {
        private byte[] _buffer = new byte[FirstBufferBytes];

        /// <exception cref="ProviderStreamException">The connection has ended, or the message is longer than any can be.</exception>
        public async ValueTask<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
        {
            var length = 0;
            while (true)
            {
                if (length == _buffer.Length)
                {
                    if (length >= MaxMessageBytes)
                        throw Failed(ProviderErrorKind.Malformed, $"A message is longer than {MaxMessageBytes} bytes.");
                    Array.Resize(ref _buffer, length * 2);
                }

                var part = await ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                    throw Failed(ProviderErrorKind.Unavailable, "The provider has ended the connection.");

                length += part.Count;
                if (part.EndOfMessage)
                    return _buffer.AsMemory(0, length);
            }
        }

        private async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                return await socket.ReceiveAsync(buffer, cancellationToken);
            }
            catch (WebSocketException)
            {
                throw Failed(ProviderErrorKind.Unavailable, "The connection was lost.");
            }
        }
    }
}
