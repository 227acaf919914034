using System.Net;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// The crumb that option chains want as a parameter, beside the cookie that it was made for: any page hands the cookie out (also with status 404), a path of
/// its own the crumb. Kept until it is no longer accepted.
/// </summary>
internal sealed class YahooCrumb(HttpClient http, CookieContainer cookies, PoliteVendor vendor, YahooOptions options, TimeProvider time) : IDisposable
{
    private const int MaxLength = 64;

    private readonly SemaphoreSlim _one = new(1);
    private string? _crumb;

    /// <summary>The crumb, or why there is none.</summary>
    /// <param name="refused">A crumb that the provider did not accept: it is replaced, unless that has happened meanwhile.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<(string? Crumb, ProviderError? Error, int Credits)> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_crumb is not null && _crumb != refused)
                return (_crumb, null, 0);

            _crumb = null;
            foreach (var cookie in cookies.GetAllCookies().Cast<Cookie>())
                cookie.Expired = true;
            if (await FetchCookieAsync(cancellationToken) is { } error)
                return (null, error, 0);

            var answer = await vendor.GetAsync(new VendorRequest("v1/test/getcrumb"), Read, cancellationToken);
            _crumb = answer.Value;
            return (_crumb, answer.Error, answer.Credits);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <exception cref="JsonException">The body is no crumb, but a page or a sentence: with status 200, and accepted nowhere.</exception>
    internal static string Read(ReadOnlyMemory<byte> body)
    {
        var crumb = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxLength + 1)]).Trim();
        return crumb.Length is > 0 and <= MaxLength && crumb.All(letter => char.IsAscii(letter) && !char.IsWhiteSpace(letter) && letter is not ('<' or '{' or '"'))
            ? crumb
            : throw new JsonException("The answer is no crumb.");
    }

    private async Task<ProviderError?> FetchCookieAsync(CancellationToken cancellationToken)
    {
        ProviderError? error = null;
        await vendor.InTurnAsync(
            async token =>
            {
                using var limit = new CancellationTokenSource(options.Timeout, time);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
                try
                {
                    // The status does not matter, the cookies do; without one the crumb's own answer says so.
                    using var answer = await http.GetAsync(options.CookieAddress, HttpCompletionOption.ResponseHeadersRead, linked.Token);
                    if (YahooDialect.IsConsent(new VendorResponse(answer.StatusCode, answer.Headers, default)))
                        error = YahooDialect.Consent;
                }
                catch (OperationCanceledException) when (!token.IsCancellationRequested)
                {
                    error = new ProviderError(ProviderErrorKind.TimedOut, "The page with the cookie did not answer in time.");
                }
                catch (HttpRequestException e)
                {
                    error = new ProviderError(ProviderErrorKind.Unavailable, e.Message);
                }
            },
            cancellationToken);
        return error;
    }
}
