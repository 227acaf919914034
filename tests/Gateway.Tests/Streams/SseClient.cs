using System.Diagnostics;
using System.Net;

namespace StocksDapr.Gateway.Streams;

/// <summary>An event as a reader gets it.</summary>
internal sealed record SseEvent(string? Id, string Name, string Data);

/// <summary>A reader of a stream, event by event.</summary>
internal sealed class SseClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _reader;

    private SseClient(HttpResponseMessage answer, StreamReader reader) => (_answer, _reader) = (answer, reader);

    public HttpResponseMessage Answer => _answer;

    /// <summary>The id of the last event that had one, as a browser keeps it.</summary>
    public string? LastId { get; private set; }

    public static async Task<SseClient> OpenAsync(HttpClient client, string query, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/stream?{query}");
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync());
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        return new SseClient(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event that is no heartbeat; null when the stream has ended.</summary>
    /// <exception cref="TimeoutException">There were heartbeats and nothing else.</exception>
    public async Task<SseEvent?> NextAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience;)
        {
            var item = await NextOfAllAsync();
            if (item?.Name != "heartbeat")
                return item;
        }

        throw new TimeoutException("Nothing but heartbeats came.");
    }

    /// <summary>Reads until a heartbeat: everything that there was to tell has been told.</summary>
    public async Task<List<SseEvent>> UntilHeartbeatAsync()
    {
        var events = new List<SseEvent>();
        while (await NextOfAllAsync() is { Name: not "heartbeat" } item)
            events.Add(item);
        return events;
    }

    public async Task<SseEvent?> NextOfAllAsync()
    {
        string? id = null, name = null, data = null;
        using var patience = new CancellationTokenSource(Patience);
        while (await _reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (name is null)
                    continue;
                LastId = id ?? LastId;
                return new SseEvent(id, name, data!);
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (line[..colon])
            {
                case "id":
                    id = line[(colon + 2)..];
                    break;
                case "event":
                    name = line[(colon + 2)..];
                    break;
                case "data":
                    data = line[(colon + 2)..];
                    break;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
