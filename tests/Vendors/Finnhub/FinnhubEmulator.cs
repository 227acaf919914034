using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors.Finnhub;

/// <summary>
/// Finnhub as it answers: columns and a state, daily candles divided by later splits, refusals by status with a sentence, budgets in headers, zeros in the quote
/// of a symbol that it does not know; and its stream, a real WebSocket.
/// </summary>
public sealed class FinnhubEmulator(EmulatedMarket market, TimeProvider clock) : VendorEmulator(market, clock)
{
    private const int PerMinute = 60;

    private readonly Channel<(byte[] Bytes, WebSocketMessageType Type)> _toSend = Channel.CreateUnbounded<(byte[], WebSocketMessageType)>();
    private readonly ConcurrentQueue<string> _received = new();

    /// <summary>Whether the key's plan has candles, splits and dividends.</summary>
    public bool IsPaid { get; set; } = true;

    /// <summary>What was received on the stream: <c>subscribe AAPL</c>.</summary>
    public IReadOnlyList<string> Received => [.. _received];

    public override IEnumerable<(string Setting, string Value)> MoreSettings => [("StreamAddress", new UriBuilder(Address) { Scheme = "ws" }.Uri.ToString())];

    protected override string? KeyOf(HttpRequest request) => request.Headers["X-Finnhub-Token"];

    protected override EmulatedAnswer AnswerToWrongKey() => new(401, """{"error":"Invalid API key"}""");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) => new(429, """{"error":"API limit reached. Please try again later. Remaining Limit: 0"}""");

    protected override IReadOnlyDictionary<string, string> HeadersOf(BudgetState state) => new Dictionary<string, string>
    {
        ["X-Ratelimit-Limit"] = $"{PerMinute}",
        ["X-Ratelimit-Remaining"] = $"{Math.Max(PerMinute - state.UsedInMinute, 0)}",
        ["X-Ratelimit-Reset"] = $"{((Clock.GetUtcNow().ToUnixTimeSeconds() / 60) + 1) * 60}",
    };

    protected override EmulatedAnswer Answer(HttpRequest request)
    {
        if (request.Query.ContainsKey("token"))
            Violate("The key is in the address.");
        var symbol = request.Query["symbol"].ToString();
        return request.Path.Value switch
        {
            "/api/v1/quote" => QuoteOf(symbol),
            _ when !IsPaid => new EmulatedAnswer(403, """{"error":"You don't have access to this resource."}"""),
            "/api/v1/stock/candle" => Candles(request, symbol),
            "/api/v1/stock/split" => Actions(request, symbol, CorporateActionKind.Split),
            "/api/v1/stock/dividend" => Actions(request, symbol, CorporateActionKind.Dividend),
            var path => Unknown(path),
        };
    }

    public void Send(string message) => _toSend.Writer.TryWrite((Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text));

    public void SendBytes(byte[] message) => _toSend.Writer.TryWrite((message, WebSocketMessageType.Text));

    /// <summary>Ends the connection: with a word, or as a cut cable does.</summary>
    public void End(bool politely) => _toSend.Writer.TryWrite(([], politely ? WebSocketMessageType.Close : WebSocketMessageType.Binary));

    protected override async Task<bool> TryTakeOverAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            return false;
        if (context.Request.Query["token"] != GoodKey)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return true;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = ReceiveAsync(socket, end);
        try
        {
            await foreach (var (bytes, type) in _toSend.Reader.ReadAllAsync(end.Token))
            {
                if (type == WebSocketMessageType.Binary)
                    context.Abort();
                else if (type == WebSocketMessageType.Close)
                    await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "bye", end.Token);
                else
                    await SendInTwoFramesAsync(socket, bytes, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the test is over.
        }

        await receiving;
        return true;
    }

    private static async Task SendInTwoFramesAsync(WebSocket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        await socket.SendAsync(bytes.AsMemory(0, bytes.Length / 2), WebSocketMessageType.Text, endOfMessage: false, cancellationToken);
        await socket.SendAsync(bytes.AsMemory(bytes.Length / 2), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
    }

    private async Task ReceiveAsync(WebSocket socket, CancellationTokenSource end)
    {
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), end.Token) is { MessageType: WebSocketMessageType.Text } part)
            {
                using var message = JsonDocument.Parse(buffer.AsMemory(0, part.Count));
                _received.Enqueue($"{message.RootElement.GetProperty("type").GetString()} {message.RootElement.GetProperty("symbol").GetString()}");
            }

            _received.Enqueue("closed");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            _received.Enqueue("gone");
        }

        await end.CancelAsync();
    }

    private EmulatedAnswer Candles(HttpRequest request, string symbol)
    {
        var from = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Query["from"]!, CultureInfo.InvariantCulture));
        var to = DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Query["to"]!, CultureInfo.InvariantCulture));
        var resolution = request.Query["resolution"].ToString();
        if (!Interval.TryParse(resolution == "D" ? "1d" : $"{resolution}min", out var interval) || (interval.IsIntraday && to - from > TimeSpan.FromDays(31)))
            Violate(request.QueryString.Value!);

        var bars = Market.Bars(symbol, interval!, from, to, Clock.GetUtcNow());
        if (bars.Count == 0)
            return EmulatedAnswer.Ok("""{"s":"no_data"}""");
        return EmulatedAnswer.Ok(new JsonObject
        {
            ["c"] = Column(bar => bar.Close / Adjustment(bar)),
            ["h"] = Column(bar => bar.High / Adjustment(bar)),
            ["l"] = Column(bar => bar.Low / Adjustment(bar)),
            ["o"] = Column(bar => bar.Open / Adjustment(bar)),
            ["s"] = "ok",
            ["t"] = Column(bar => bar.Start.ToUnixTimeSeconds()),
            ["v"] = Column(bar => bar.Volume * Adjustment(bar)),
        }.ToJsonString());

        JsonArray Column(Func<MarketBar, JsonNode?> value) => new([.. bars.Select(value)]);

        double Adjustment(MarketBar bar) => interval!.IsIntraday ? 1 : EmulatedMarket.AdjustmentOn(symbol, bar.Start);
    }

    private static EmulatedAnswer Actions(HttpRequest request, string symbol, CorporateActionKind kind)
    {
        var actions = EmulatedMarket.Actions(
            symbol, DateOnly.Parse(request.Query["from"]!, CultureInfo.InvariantCulture), DateOnly.Parse(request.Query["to"]!, CultureInfo.InvariantCulture));
        return EmulatedAnswer.Ok(new JsonArray([.. actions.Where(action => action.Kind == kind).Select(action => (JsonNode)(kind == CorporateActionKind.Split
            ? new JsonObject { ["symbol"] = symbol, ["date"] = $"{action.ExDate:yyyy-MM-dd}", ["fromFactor"] = 1, ["toFactor"] = action.Value }
            : new JsonObject { ["symbol"] = symbol, ["date"] = $"{action.ExDate:yyyy-MM-dd}", ["amount"] = action.Value, ["adjustedAmount"] = action.Value / 4, ["currency"] = "USD" }))]).ToJsonString());
    }

    private EmulatedAnswer QuoteOf(string symbol)
    {
        var now = Clock.GetUtcNow();
        var days = Market.Bars(symbol, Interval.OneDay, DateTimeOffset.MinValue, now, now);
        return days.Count < 2
            ? EmulatedAnswer.Ok("""{"c":0,"d":null,"dp":null,"h":0,"l":0,"o":0,"pc":0,"t":0}""")
            : EmulatedAnswer.Ok(new JsonObject
            {
                ["c"] = days[^1].Close,
                ["d"] = days[^1].Close - days[^2].Close,
                ["dp"] = 0.5,
                ["h"] = days[^1].High,
                ["l"] = days[^1].Low,
                ["o"] = days[^1].Open,
                ["pc"] = days[^2].Close,
                ["t"] = now.AddSeconds(-3).ToUnixTimeSeconds(),
            }.ToJsonString());
    }

    private EmulatedAnswer Unknown(string? path)
    {
        Violate($"{path}");
        return new EmulatedAnswer(302, "");
    }
}
