using System.Runtime.CompilerServices;
using System.Text.Json;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>An event of the stream.</summary>
internal sealed record StreamedEvent(string? Id, string Name, JsonElement Data)
{
    public string Symbol => Data.GetProperty("symbol").GetString()!;

    /// <summary>Start of the bar; empty for an event that is of none.</summary>
    public string Time => Data.TryGetProperty("t", out var time) ? time.GetString()! : "";

    /// <summary>Not a number for an event that has none.</summary>
    public double Close => Data.TryGetProperty("close", out var close) ? close.GetDouble() : double.NaN;

    /// <summary>The gateway closes the stream, and asks to come back with the last id: nothing is lost by it.</summary>
    public bool IsInterruption => Name == "end" && Data.GetProperty("retry").GetBoolean();
}

/// <summary>Reads <c>GET /api/v1/stream</c> as a browser does.</summary>
internal static class EventStream
{
    /// <summary>The events of one connection, each when it is complete.</summary>
    /// <exception cref="HttpRequestException">The gateway is away, or says that something behind it is.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public static async IAsyncEnumerable<StreamedEvent> ReadAsync(
        HttpClient gateway, string query, string? lastId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/stream?{query}", UriKind.Relative));
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        using var answer = await gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if ((int)answer.StatusCode is >= 400 and < 500)
            throw new InvalidOperationException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        answer.EnsureSuccessStatusCode();

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        string? id = null, name = null, data = null;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line["id: ".Length..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line["data: ".Length..];
            if (line.Length > 0)
                continue;

            if (name is not null)
                yield return new StreamedEvent(id, name, JsonElement.Parse(data!));
            (id, name, data) = (null, null, null);
        }
    }
}
