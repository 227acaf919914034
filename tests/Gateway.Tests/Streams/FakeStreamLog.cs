using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Gateway.Streams;

/// <summary>Answers about the stream as Query does, out of memory.</summary>
internal sealed class FakeStreamLog
{
    private readonly Lock _gate = new();
    private readonly List<(long Id, string Kind, string Symbol, string Interval, long Start, double Close)> _log = [];
    private readonly Dictionary<(string, string, long), (long Id, double Close)> _forming = [];
    private TaskCompletionSource _news = New();
    private long _last;
    private long _pruned;
    private volatile bool _isAway;

    public string Epoch { get; set; } = "0a1b2c3d";

    /// <summary>Fails every question while set.</summary>
    public bool IsAway
    {
        get => _isAway;
        set
        {
            lock (_gate)
            {
                _isAway = value;
                Publish();
            }
        }
    }

    /// <summary>Makes events longer.</summary>
    public string? Padding { get; set; }

    public int Questions { get; private set; }

    public long Form(string symbol, double close, string interval = "1min", long start = 0)
    {
        lock (_gate)
        {
            _forming[(symbol, interval, start)] = (++_last, close);
            return Publish();
        }
    }

    public long Store(string symbol, double close, string interval = "1min", long start = 0, string kind = "bar")
    {
        lock (_gate)
        {
            _forming.Remove((symbol, interval, start));
            _log.Add((++_last, kind, symbol, interval, start, close));
            return Publish();
        }
    }

    /// <summary>Forgets the log up to a position.</summary>
    public void Prune(long through)
    {
        lock (_gate)
        {
            _log.RemoveAll(item => item.Id <= through);
            _pruned = through;
        }
    }

    /// <summary>Loses the forming bars, as PostgreSQL does when it crashes, and Writer when nobody finishes them. Positions are not given twice.</summary>
    public void LoseForming()
    {
        lock (_gate)
            _forming.Clear();
    }

    /// <summary>Many bars at once, told as a range.</summary>
    public long StoreMany(string symbol, long start, long last, string interval = "1min")
    {
        lock (_gate)
        {
            foreach (var key in _forming.Keys.Where(key => key.Item1 == symbol && key.Item2 == interval && key.Item3 >= start && key.Item3 <= last))
                _forming.Remove(key);
            _log.Add((++_last, "reset", symbol, interval, start, last));
            return Publish();
        }
    }

    /// <summary>Another database, with nothing in it.</summary>
    public void Replace(string epoch)
    {
        lock (_gate)
        {
            (Epoch, _last, _pruned) = (epoch, 0, 0);
            _log.Clear();
            _forming.Clear();
            Publish();
        }
    }

    public async Task AnswerAsync(HttpContext context)
    {
        if (IsAway)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        if (context.Request.Path == "/stream/subscription")
            await SubscribeAsync(context);
        else if (context.Request.Path == "/stream/events")
            await EventsAsync(context);
    }

    private static Task SubscribeAsync(HttpContext context)
    {
        var symbols = context.Request.Query["symbols"].ToString();
        if (symbols == "NOPE")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsJsonAsync(
                new { status = 404, code = "unknown_symbol", detail = "Nothing is stored under NOPE.", retry = false, requestId = context.Request.Headers["x-request-id"].ToString() },
                options: null, "application/problem+json");
        }

        var answer = new JsonObject { ["intervals"] = Texts(context.Request.Query["interval"].ToString() is { Length: > 0 } interval ? interval : "1d"), ["errors"] = new JsonObject() };
        if (symbols != "*")
            answer["symbols"] = Texts(symbols);
        return context.Response.WriteAsJsonAsync(answer);
    }

    private async Task EventsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        long? after = query.TryGetValue("after", out var text) ? long.Parse(text!, CultureInfo.InvariantCulture) : null;
        var limit = int.Parse(query["limit"]!, CultureInfo.InvariantCulture);
        var symbols = query["symbols"].ToString() is { Length: > 0 } list ? list.Split(',') : null;
        var until = TimeProvider.System.GetUtcNow().AddSeconds(query.TryGetValue("wait", out var wait) ? int.Parse(wait!, CultureInfo.InvariantCulture) : 0);
        while (true)
        {
            Task news;
            JsonObject? page;
            lock (_gate)
            {
                Questions++;
                news = _news.Task;
                var missed = after < _pruned || after > _last;
                var found = _log.Where(_ => after is not null).Select(item => item)
                    .Concat(_forming.Select(item => (item.Value.Id, "forming", item.Key.Item1, item.Key.Item2, item.Key.Item3, item.Value.Close)))
                    .Where(item => item.Item1 > (after ?? 0) && symbols?.Contains(item.Item3) != false)
                    .OrderBy(item => item.Item1).Take(limit).ToList();

                // What is gone leaves no position behind, as in the database.
                var last = _log.Select(item => item.Id).Concat(_forming.Values.Select(item => item.Id)).Append(_pruned).Max();
                page = missed || found.Count > 0 || after is null || TimeProvider.System.GetUtcNow() >= until
                    ? Page(missed ? [] : found, found.Count == limit ? found[^1].Item1 : Math.Max(last, after ?? 0), missed)
                    : null;
            }

            if (IsAway)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            }

            if (page is not null)
            {
                await context.Response.WriteAsJsonAsync(page, context.RequestAborted);
                return;
            }

            await Task.WhenAny(news, Task.Delay(TimeSpan.FromSeconds(1), context.RequestAborted));
        }
    }

    private JsonObject Page(IEnumerable<(long Id, string Kind, string Symbol, string Interval, long Start, double Close)> items, long through, bool missed) => new()
    {
        ["events"] = new JsonArray([.. items.Select(item => new JsonObject
        {
            ["id"] = item.Id,
            ["kind"] = item.Kind,
            ["symbol"] = item.Symbol,
            ["interval"] = item.Interval,
            ["start"] = item.Start,
            ["last"] = item.Kind == "reset" ? (long)item.Close : item.Start,
            ["data"] = new JsonObject
            {
                ["symbol"] = item.Symbol, ["close"] = item.Close, ["ended"] = false, ["recordedAt"] = "2026-11-20T15:00:00.000Z", ["padding"] = Padding,
            },
        })]),
        ["epoch"] = Epoch,
        ["through"] = through,
        ["missed"] = missed,
    };

    private long Publish()
    {
        var news = _news;
        _news = New();
        news.SetResult();
        return _last;
    }

    private static JsonArray Texts(string list) => new([.. list.Split(',').Select(item => (JsonNode)item)]);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
