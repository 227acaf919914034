using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace StocksDapr.Collector.Providers;

/// <summary>
/// Asks a vendor that speaks JSON over HTTP, and turns everything that can go wrong on the way into a <see cref="ProviderError"/>. What
/// the JSON means is for the provider to say.
/// </summary>
internal sealed class VendorClient(string provider, HttpClient http, TimeSpan timeout, TimeProvider time, CollectorMetrics metrics)
{
    private const int MaxRetryAfterSeconds = 86_400;

    /// <param name="path">Path and query; must not hold a key, it is put on the trace.</param>
    /// <param name="read">Makes the value of a body. Throws <see cref="JsonException"/> when the body is not what the vendor documents.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ProviderAnswer<T>> GetAsync<T>(string path, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        var requestId = Guid.NewGuid().ToString("n");
        using var activity = CollectorMetrics.Activities.StartActivity("ask provider", ActivityKind.Client);
        activity?.SetTag("provider", provider).SetTag("url.path", path).SetTag("request.id", requestId);
        var (value, error) = await TryGetAsync(path, read, cancellationToken);
        var outcome = error?.Kind.ToString() ?? "Success";
        metrics.ProviderAnswered(provider, outcome);
        if (error is not null)
            activity?.SetStatus(ActivityStatusCode.Error, error.Detail);
        return new ProviderAnswer<T>(requestId, time.GetUtcNow(), value, error);
    }

    private async Task<(T? Value, ProviderError? Error)> TryGetAsync<T>(
        string path, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            if (!response.IsSuccessStatusCode)
                return (null, Refusal(response));

            return (read(await response.Content.ReadAsByteArrayAsync(linked.Token)), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new ProviderError(ProviderErrorKind.TimedOut, $"No answer within {timeout.TotalSeconds:0.#} s."));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, new ProviderError(ProviderErrorKind.Unavailable, e.Message));
        }
        catch (JsonException e)
        {
            return (null, new ProviderError(ProviderErrorKind.Malformed, e.Message));
        }
    }

    private ProviderError Refusal(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var kind = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => ProviderErrorKind.RateLimited,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired => ProviderErrorKind.NotEntitled,
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => ProviderErrorKind.TimedOut,
            HttpStatusCode.NotFound => ProviderErrorKind.UnknownSymbol,
            _ => status >= 500 ? ProviderErrorKind.Unavailable : ProviderErrorKind.NotSupported,
        };
        return new ProviderError(kind, string.Create(CultureInfo.InvariantCulture, $"The provider answered {status}."), RetryAfter(response));
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { } value ? TimeSpan.FromSeconds(Math.Clamp(value.TotalSeconds, 0, MaxRetryAfterSeconds)) : null;
    }
}
