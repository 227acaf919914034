using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using StocksDapr.Contracts;
using StocksDapr.Gateway.Proxy;

namespace StocksDapr.Gateway.Streams;

/// <summary>
/// Asks Query, through the sidecar, what the stream has. Each question is answered as soon as there is something and after a while in any case: that works through
/// every sidecar, and the same question serves those who follow and those who come back.
/// </summary>
internal sealed class QueryStream(SidecarAddress sidecar) : IDisposable
{
    /// <summary>Events in one answer at most; Query says how far it got.</summary>
    public const int PageSize = 2_000;

    private const int MaxForming = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _query = Create(sidecar);

    /// <summary>The forming bars as they stand, and the position of now.</summary>
    /// <exception cref="StreamSourceException">Query does not answer.</exception>
    public Task<StreamPage> BeginAsync(CancellationToken cancellationToken) =>
        AskAsync($"/stream/events?limit={MaxForming.ToString(CultureInfo.InvariantCulture)}", TimeSpan.Zero, cancellationToken);

    /// <summary>What there is after a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="wait">How long Query may wait for news, whole seconds.</param>
    /// <param name="subscription">Of what; null for everything.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StreamSourceException">Query does not answer.</exception>
    public Task<StreamPage> ReadAsync(long after, TimeSpan wait, StreamSubscription? subscription, CancellationToken cancellationToken)
    {
        var path = new StringBuilder().Append(CultureInfo.InvariantCulture, $"/stream/events?after={after}&wait={(int)wait.TotalSeconds}&limit={PageSize}");
        if (subscription?.Symbols is { } symbols)
            path.Append("&symbols=").AppendJoin(',', symbols.Select(Uri.EscapeDataString));
        if (subscription is not null)
            path.Append("&intervals=").AppendJoin(',', subscription.Intervals);
        return AskAsync(path.ToString(), wait, cancellationToken);
    }

    /// <summary>Has the parameters of a caller checked; the answer is Query's, a problem or what they mean.</summary>
    /// <exception cref="StreamSourceException">Query does not answer.</exception>
    public async Task<HttpResponseMessage> CheckAsync(QueryString parameters, string requestId, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/stream/subscription" + parameters.ToUriComponent(), UriKind.Relative));
        request.Headers.TryAddWithoutValidation("x-request-id", requestId);
        try
        {
            return await _query.SendAsync(request, patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StreamSourceException(e.Message, e);
        }
    }

    public void Dispose() => _query.Dispose();

    private static HttpClient Create(SidecarAddress sidecar)
    {
        var client = sidecar.CreateClient(AppIds.Query);
        client.Timeout = Timeout.InfiniteTimeSpan;
        return client;
    }

    private async Task<StreamPage> AskAsync(string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(wait + Patience);
        try
        {
            using var answer = await _query.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
            if (!answer.IsSuccessStatusCode)
                throw new StreamSourceException($"Query answers {(int)answer.StatusCode} {ReasonPhrases.GetReasonPhrase((int)answer.StatusCode)}.");
            return StreamPage.Read(await answer.Content.ReadAsByteArrayAsync(patience.Token));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StreamSourceException(e.Message, e);
        }
    }
}

/// <summary>Query, or the way to it, is away.</summary>
internal sealed class StreamSourceException(string message, Exception? innerException = null) : Exception(message, innerException);
