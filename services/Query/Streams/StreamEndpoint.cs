using System.Globalization;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Streams;

/// <summary>
/// <c>GET /stream/events</c>, for the gateway: what the stream has after a position, and a wait for it if there is nothing yet. Without a position: the
/// forming bars as they stand, from where one can go on.
/// </summary>
internal sealed class StreamEndpoint(MarketDatabase database, StreamSignal signal, BarCache cache, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private const int MaxLimit = 100_000;
    private const int DefaultLimit = 2_000;
    private const int MaxWaitSeconds = 30;

    /// <summary>How often it is looked without having been woken.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);

    /// <summary>The same while the connection that wakes is not there.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private static readonly string[] Parameters = ["after", "symbols", "intervals", "limit", "wait"];

    public async Task<IResult> GetAsync(HttpContext context)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var after = Number(parameters, "after", long.MaxValue);
        var wait = TimeSpan.FromSeconds(Number(parameters, "wait", MaxWaitSeconds) ?? 0);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var symbols = parameters.Symbols(BarsRequest.MaxSymbols);
        var intervals = parameters.Intervals("intervals")?.Select(interval => interval.Id).ToArray();
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var began = time.GetTimestamp();
        using var stopping = lifetime.ApplicationStopping.Register(signal.Pulse);
        while (true)
        {
            var next = signal.Next;
            using var page = new StreamPage(after, limit);
            await database.ReadAsync(
                StreamSql.Read,
                [Parameter.Long(after), Parameter.Texts(symbols?.Good), Parameter.Smalls(intervals), Parameter.Integer(limit)],
                page.Add,
                context.RequestAborted);
            var left = wait - time.GetElapsedTime(began);
            if (after is null || page.Events > 0 || page.IsMissed || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested)
                return TypedResults.Bytes(page.Complete(), "application/json");

            var glance = cache.IsOn ? Glance : Poll;
            await next.WaitAsync(left < glance ? left : glance, time, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.RequestAborted.ThrowIfCancellationRequested();
        }
    }

    private static long? Number(ParameterReader parameters, string name, long max)
    {
        if (parameters.Text(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max)
            return number;

        parameters.Fail($"bad_{name}", $"{name} must be a whole number from 0 to {max}; '{ParameterReader.Shown(text)}' is not.");
        return null;
    }
}
