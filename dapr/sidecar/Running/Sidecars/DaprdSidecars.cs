using System.Net.Http.Headers;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>An installed daprd per application, supervised like the applications.</summary>
/// <param name="plan">The run.</param>
/// <param name="processes">The daprds, in the plan's order.</param>
internal sealed class DaprdSidecars(RunPlan plan, IReadOnlyList<SupervisedProcess> processes) : IRunSidecars
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(processes.Select(process => process.StartAsync()));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("stocks", null));
        await Task.WhenAll(plan.Apps.Zip(processes, (app, process) => WaitAsync(http, app, process, cancellationToken)));
    }

    public Task StopAsync(CancellationToken hurry) => Task.WhenAll(processes.Select(process => process.StopAsync(Grace, hurry)));

    public ValueTask DisposeAsync()
    {
        foreach (var process in processes)
            process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task WaitAsync(HttpClient http, AppPlan app, SupervisedProcess process, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartPatience);
        while (process.Row.State != ServiceState.Failed && !patience.IsCancellationRequested)
        {
            try
            {
                // outbound: the API works; the application is not asked for, since it starts after its sidecar.
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{app.HttpPort}/v1.0/healthz/outbound"), patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    process.Row.Observe(ServiceState.Ready);
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Not listening yet.
            }

            await Task.Delay(Poll, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new RunFailedException($"daprd for {app.AppId} did not become ready. Its log: {process.Row.LogFile}");
    }
}
