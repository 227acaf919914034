using System.Diagnostics;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary><c>--wait</c>: waits until a sidecar's API can be used. As daprd's it ends with 0 even when that took too long, and says so.</summary>
internal static class OutboundWait
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RequestLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(string port)
    {
        var address = $"http://localhost:{port}/v1.0/healthz/outbound";
        Console.WriteLine($"Waiting for Dapr to be outbound ready (timeout: {Limit.TotalSeconds:0} seconds): url={address}");
        using var client = new HttpClient { Timeout = RequestLimit };
        var clock = Stopwatch.StartNew();
        var problem = "";
        while (clock.Elapsed < Limit)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(address));
                if (answer.StatusCode == System.Net.HttpStatusCode.NoContent)
                {
                    Console.WriteLine("Dapr is outbound ready!");
                    return ExitCodes.Done;
                }

                problem = $"HTTP status code {(int)answer.StatusCode}";
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or UriFormatException)
            {
                problem = failure.Message;
            }

            await Task.Delay(Pause);
        }

        Console.WriteLine($"timeout waiting for Dapr to become outbound ready. Last error: {problem}");
        return ExitCodes.Done;
    }
}
