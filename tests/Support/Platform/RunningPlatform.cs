using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Support.Platform;

/// <summary>
/// The whole platform, started as a newcomer starts it, with real processes: <c>./stocks up --detach</c> in a folder of its own, on free
/// ports. One run serves all tests of the collection.
/// </summary>
public class RunningPlatform : IAsyncLifetime, IDisposable
{

    private HttpClient _http = new();

    /// <summary>The data folder of the run.</summary>
    public string Data { get; } = ReachableFolder.Create("stocks-e2e-");

    /// <summary>A client of the gateway with a token that may read and write.</summary>
    public HttpClient Gateway => _http;

    /// <summary>Variables for the runner and, through it, for its services; to be set before the start.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The component set of the next start, a folder in <c>components</c>.</summary>
    public string Components { get; set; } = "local";

    /// <summary>Whether the simulated provider fills the platform with data.</summary>
    public bool HasData { get; init; }

    /// <summary>What <c>run.json</c> says at the moment.</summary>
    internal RunRecord Record => RunRecord.Read(new DataFolder(Data)) ?? throw new InvalidOperationException("There is no record of a run.");

    public virtual async Task InitializeAsync()
    {
        var up = await UpAsync();
        if (up.ExitCode != 0)
        {
            var logs = string.Join('\n', Directory.Exists(LogFolder) ? Directory.GetFiles(LogFolder, "*.log").Select(file => $"--- {file}\n{Tail(file)}") : []);
            await DisposeAsync();
            throw new InvalidOperationException($"The platform did not start: {up}\n{logs}");
        }

        await ConnectAsync();
    }

    /// <summary>Finds the gateway of the run as it is now: its port is another one after each start that does not name it.</summary>
    public async Task ConnectAsync()
    {
        _http.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(Record.Gateway!), Timeout = TimeSpan.FromSeconds(100) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync("read,write"));
    }

    /// <summary>Starts the platform (again).</summary>
    /// <param name="gatewayPort">0 is any free one.</param>
    public Task<CommandResult> UpAsync(int gatewayPort = 0) => StocksAsync(
    [
        "up", "--detach", "--port", gatewayPort.ToString(CultureInfo.InvariantCulture), "--free-ports",
        "--components", Path.Combine(StocksCommand.Root, "components", Components), .. HasData ? Array.Empty<string>() : ["--no-data"],
    ]);

    /// <summary>Runs <c>./stocks</c> with the data folder of this run.</summary>
    public Task<CommandResult> StocksAsync(IEnumerable<string> arguments) => StocksCommand.RunAsync([.. arguments, "--data", Data], Environment);

    /// <summary>A new token of the local administrator.</summary>
    public async Task<string> TokenAsync(string scopes)
    {
        var token = await StocksAsync(["token", "--scopes", scopes]);
        return token.ExitCode == 0 ? token.Output.Trim() : throw new InvalidOperationException($"No token: {token}");
    }

    /// <summary>Sends a request as the local administrator, with the key from the data folder.</summary>
    public async Task<HttpResponseMessage> SendAsAdministratorAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(Data, "local-admin-key"))).Trim());
        return await _http.SendAsync(request);
    }

    /// <summary>GET, as JSON; fails when the answer is no success.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"GET {path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>Whether a GET succeeds now; a gateway that is not there does not answer.</summary>
    public async Task<bool> AnswersAsync(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The process number of a part of the run: <c>writer</c>, <c>postgres</c>, …</summary>
    public int ProcessOf(string service) =>
        Record.Services.Single(row => row.Name == service).Process?.Pid ?? throw new InvalidOperationException($"{service} has no process at the moment.");

    /// <summary>The HTTP port of a service's sidecar.</summary>
    public int SidecarPortOf(string service) =>
        File.ReadAllText($"/proc/{ProcessOf(service)}/environ").Split('\0')
            .Where(variable => variable.StartsWith("DAPR_HTTP_PORT=", StringComparison.Ordinal))
            .Select(variable => int.Parse(variable.AsSpan("DAPR_HTTP_PORT=".Length), CultureInfo.InvariantCulture))
            .Single();

    public virtual async Task DisposeAsync()
    {
        await StocksAsync(["down"]);
        Directory.Delete(Data, recursive: true);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _http.Dispose();
    }

    private string LogFolder => Path.Combine(Data, "logs");

    private static string Tail(string file) => string.Join('\n', File.ReadLines(file).TakeLast(20));
}
