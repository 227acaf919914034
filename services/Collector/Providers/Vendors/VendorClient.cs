using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Asks a vendor over HTTP once its keys grant it, and turns everything that can go wrong on the way into a <see cref="ProviderError"/>. What
/// a body means is for the provider to say.
/// </summary>
internal sealed class VendorClient(
    string provider, HttpClient http, IVendorDialect dialect, IProviderKeys keys, TimeSpan timeout, TimeProvider time, CollectorMetrics metrics)
{
    /// <summary>More than any vendor's largest answer; what is longer is not what was asked for.</summary>
    private const int MaxBodyBytes = 128 * 1024 * 1024;

    /// <summary>How many keys are tried for one request where one after the other is limited or refused.</summary>
    private const int MaxKeys = 8;

    private const int MaxRetryAfterSeconds = 86_400;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="request">What to ask.</param>
    /// <param name="read">Makes the value of a body. Throws <see cref="JsonException"/> when the body is not what the vendor documents.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ProviderAnswer<T>> GetAsync<T>(VendorRequest request, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        var requestId = Guid.NewGuid().ToString("n");
        using var activity = CollectorMetrics.Activities.StartActivity("ask provider", ActivityKind.Client);
        activity?.SetTag("provider", provider).SetTag("url.path", request.Path).SetTag("request.id", requestId);
        for (var attempt = 1; ; attempt++)
        {
            var grant = await keys.AcquireAsync(request.Cost, cancellationToken);
            if (grant.Error is { } refused)
                return Answer<T>(activity, requestId, null, refused) with { Credits = (attempt - 1) * request.Cost.Credits };

            var (value, error, usage) = await TryGetAsync(request.Path, grant, read, cancellationToken);
            error = WithoutKey(error, grant.Secret);
            await keys.ReportAsync(grant, new KeyReport(error, usage), cancellationToken);

            // What is wrong with one key says nothing of the others.
            if (error is { IsKeyRefused: true } or { Kind: ProviderErrorKind.RateLimited } && attempt < MaxKeys && keys.HasOtherThan(grant))
                continue;
            return Answer(activity, requestId, value, error) with { Credits = attempt * request.Cost.Credits };
        }
    }

    private ProviderAnswer<T> Answer<T>(Activity? activity, string requestId, T? value, ProviderError? error)
        where T : class
    {
        metrics.ProviderAnswered(provider, error?.Kind.ToString() ?? "Success");
        if (error is not null)
            activity?.SetStatus(ActivityStatusCode.Error, error.Detail);
        return new ProviderAnswer<T>(requestId, time.GetUtcNow(), value, error);
    }

    private async Task<(T? Value, ProviderError? Error, CreditUsage? Usage)> TryGetAsync<T>(
        string path, KeyGrant grant, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        CreditUsage? usage = null;
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, path);
            if (grant.Secret is { } secret)
                dialect.Sign(message, secret);
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            await answer.Content.LoadIntoBufferAsync(MaxBodyBytes, linked.Token);
            var response = new VendorResponse(answer.StatusCode, answer.Headers, WithoutMark(await answer.Content.ReadAsByteArrayAsync(linked.Token)));
            usage = dialect.UsageOf(response);
            var error = ErrorOf(response);
            return error is null
                ? (Understood(response.Body, read), null, usage)
                : (null, error with { RetryAfter = RetryAfter(response) ?? error.RetryAfter }, usage);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new ProviderError(ProviderErrorKind.TimedOut, $"No answer within {timeout.TotalSeconds:0.#} s."), usage);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return (null, new ProviderError(ProviderErrorKind.Malformed, $"The answer is longer than {MaxBodyBytes} bytes."), usage);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, new ProviderError(ProviderErrorKind.Unavailable, e.Message), usage);
        }
        catch (InvalidDataException)
        {
            return (null, new ProviderError(ProviderErrorKind.Malformed, "The answer cannot be decompressed."), usage);
        }
        catch (JsonException e)
        {
            return (null, new ProviderError(ProviderErrorKind.Malformed, e.Message), usage);
        }
    }

    /// <summary>
    /// What is wrong with an answer as a whole. A body that the dialect cannot even go through says nothing: then the status does, and of a success whoever reads
    /// it as data finds out.
    /// </summary>
    private ProviderError? ErrorOf(VendorResponse response)
    {
        try
        {
            return dialect.ErrorOf(response) ?? (dialect.IsReadable(response) ? null : Refusal(response));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter is what JSON readers throw for a text whose bytes are not Unicode.
            return response.IsSuccess ? new ProviderError(ProviderErrorKind.Malformed, "The answer cannot be read.") : Refusal(response);
        }
    }

    private static T Understood<T>(ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(body);
        }
        catch (Exception e) when (e is not (JsonException or OperationCanceledException or OutOfMemoryException))
        {
            // What JSON readers throw for a text whose bytes are not Unicode, and whatever else a reader trips over: the answer is at fault, and asking for it again costs.
            throw new JsonException($"The answer cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            // Times at the ends of the calendar, which another time zone's clock cannot show, and numbers that no sum holds.
            throw new JsonException("A time or a number is out of all bounds.", e);
        }
    }

    private static ProviderError Refusal(VendorResponse response)
    {
        var status = (int)response.Status;
        var kind = response.Status switch
        {
            HttpStatusCode.TooManyRequests => ProviderErrorKind.RateLimited,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired => ProviderErrorKind.NotEntitled,
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => ProviderErrorKind.TimedOut,
            // No vendor documents a redirect: it leads to a page for people. Nor that an address is not there: that a symbol is not, its dialect reads in the body.
            HttpStatusCode.NotFound => ProviderErrorKind.Unavailable,
            _ when status is >= 300 and < 400 => ProviderErrorKind.Malformed,
            _ => status >= 500 ? ProviderErrorKind.Unavailable : ProviderErrorKind.NotSupported,
        };
        return new ProviderError(kind, string.Create(CultureInfo.InvariantCulture, $"The provider answered {status}."))
        {
            ConcernsThisRequestOnly = response.Status is HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired,
        };
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;

    /// <summary>The last line of defence: some vendors repeat the key in what they say, and details are logged and shown.</summary>
    private static ProviderError? WithoutKey(ProviderError? error, string? secret) =>
        error is null || string.IsNullOrEmpty(secret)
            ? error
            : error with
            {
                Detail = error.Detail.Replace(secret, "(key)", StringComparison.Ordinal)
                    .Replace(Uri.EscapeDataString(secret), "(key)", StringComparison.OrdinalIgnoreCase),
            };

    private TimeSpan? RetryAfter(VendorResponse response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { } value ? TimeSpan.FromSeconds(Math.Clamp(value.TotalSeconds, 0, MaxRetryAfterSeconds)) : null;
    }
}
