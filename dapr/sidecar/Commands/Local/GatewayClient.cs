using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands.Local;

/// <summary>
/// Speaks to the gateway. What passes (a broken connection, a service that is just being started again, 429) is tried
/// again until the patience ends; what does not is an error that says what the gateway said.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="address">The gateway, <c>http://127.0.0.1:8080</c>.</param>
    /// <param name="token">The bearer token or key.</param>
    /// <param name="patience">How long passing failures are ridden out, counted from the last success.</param>
    /// <param name="time">The clock.</param>
    public GatewayClient(Uri address, string token, TimeSpan patience, TimeProvider? time = null)
    {
        _patience = patience;
        _time = time ?? TimeProvider.System;
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1), UseProxy = false })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Sends a request and reads the JSON answer.</summary>
    /// <param name="request">Makes the request; called again for every attempt.</param>
    /// <param name="attemptLimit">How long one attempt may take.</param>
    /// <param name="passing">Further answers that pass, beside 408, 429 and 5xx.</param>
    /// <param name="onRetry">Told what went wrong before another attempt.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RunFailedException">The gateway refuses, or cannot be reached within the patience.</exception>
    public async Task<JsonElement> SendAsync(
        Func<HttpRequestMessage> request, TimeSpan attemptLimit, Func<HttpStatusCode, bool>? passing, Action<string>? onRetry, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var (answer, failure, wait) = await TryAsync(request, attemptLimit, passing, cancellationToken);
            if (answer is { } json)
                return json;
            if (_time.GetElapsedTime(began) > _patience)
                throw new RunFailedException($"{_http.BaseAddress} does not do it, although it was tried for {_patience.TotalSeconds:0} s: {failure}");
            onRetry?.Invoke(failure!);
            await Task.Delay(wait is { } asked && asked < LongestPause * 4 ? asked : pause, _time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public Task<JsonElement> GetAsync(string path, Func<HttpStatusCode, bool>? passing, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), TimeSpan.FromSeconds(30), passing, null, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<(JsonElement? Answer, string? Failure, TimeSpan? Wait)> TryAsync(
        Func<HttpRequestMessage> make, TimeSpan limit, Func<HttpStatusCode, bool>? passing, CancellationToken cancellationToken)
    {
        using var request = make();
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(limit);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, attempt.Token);
            var text = await answer.Content.ReadAsStringAsync(attempt.Token);
            if (answer.IsSuccessStatusCode)
                return (text.Length == 0 ? JsonElement.Parse("{}") : JsonElement.Parse(text), null, null);
            var said = Said(answer.StatusCode, text);
            var passes = (int)answer.StatusCode is 408 or 429 or >= 500 || passing?.Invoke(answer.StatusCode) == true;
            return passes ? (null, said, answer.Headers.RetryAfter?.Delta) : throw new RunFailedException(said);
        }
        catch (JsonException exception)
        {
            throw new RunFailedException($"{_http.BaseAddress} answers something that is not JSON: is it the gateway? ({exception.Message})");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, exception is OperationCanceledException ? $"no answer within {limit.TotalSeconds:0} s" : exception.Message, null);
        }
    }

    /// <summary>The sentence of a problem details answer, or its status.</summary>
    private static string Said(HttpStatusCode status, string text)
    {
        try
        {
            var problem = JsonElement.Parse(text);
            if (problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String)
            {
                var valid = problem.TryGetProperty("valid", out var right) ? $" Valid: {right.GetRawText()}" : "";
                return $"{(int)status}: {detail.GetString()}{valid}";
            }
        }
        catch (JsonException)
        {
            // Not from the gateway itself; the status says what there is to say.
        }

        return $"{(int)status} {status}";
    }
}
