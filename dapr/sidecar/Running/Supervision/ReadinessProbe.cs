using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Supervision;

/// <summary>Asks an application whether it is ready: <c>GET /readyz</c>. One that has no such path is ready when it answers.</summary>
internal sealed class ReadinessProbe : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };

    public ReadinessProbe()
    {
        // Applications that let only their sidecar in know it by this token.
        if (Environment.GetEnvironmentVariable("APP_API_TOKEN") is { Length: > 0 } token)
            _http.DefaultRequestHeaders.TryAddWithoutValidation("dapr-api-token", token);
    }

    /// <summary>Starting when nothing answers, else what the answer says.</summary>
    public Task<ServiceState> AskAsync(AppPlan app, CancellationToken cancellationToken) =>
        app.AppProtocol == "http" ? AskHttpAsync(app, cancellationToken) : ConnectAsync(app, cancellationToken);

    /// <summary>
    /// Whether the service that answers questions about data has some for what it knows of: <c>GET /status</c> counts symbols, and series (a symbol
    /// at an interval). The first fill brings one interval of every symbol before it brings the next.
    /// </summary>
    public async Task<bool> HasDataAsync(AppPlan app, CancellationToken cancellationToken)
    {
        try
        {
            var status = await _http.GetFromJsonAsync<DataStatus>(new UriBuilder("http", app.Host, app.AppPort, "/status").Uri, cancellationToken);
            return status is { Bars: > 0 } && status.Intervals.Values.Sum(interval => interval.Series) >= status.Symbols;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ServiceState> AskHttpAsync(AppPlan app, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(
                new UriBuilder("http", app.Host, app.AppPort, "/readyz").Uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound ? ServiceState.Ready : ServiceState.Unready;
        }
        catch (HttpRequestException)
        {
            return ServiceState.Starting;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ServiceState.Unready;
        }
    }

    private static async Task<ServiceState> ConnectAsync(AppPlan app, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(app.Host, app.AppPort, cancellationToken);
            return ServiceState.Ready;
        }
        catch (SocketException)
        {
            return ServiceState.Starting;
        }
    }

    private sealed record DataStatus(long Symbols, long Bars, IReadOnlyDictionary<string, IntervalStatus> Intervals);

    private sealed record IntervalStatus(long Series);
}
