using System.Globalization;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Bindings.Http;

/// <summary><c>bindings.http</c>: sends what it is given to a web address. Operations are the verbs; metadata with a capital first letter are headers.</summary>
internal sealed class HttpBinding(HttpBindingSettings settings) : IOutputBinding
{
    private const string Json = "application/json; charset=utf-8";

    private readonly HttpBindingClient _client = new(settings);

    public IReadOnlyList<string> Capabilities { get; } = ["OUTPUT_BINDING"];

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    public static HttpBinding Create(ComponentSpec spec) => new(HttpBindingSettings.Read(spec));

    public Task InitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<BindingAnswer?> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        var method = HttpMethod.Parse(request.Operation == "create" ? "POST" : request.Operation.ToUpperInvariant());
        var address = Address(request.Get("path"));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.ResponseTimeout is { } timeout) limit.CancelAfter(timeout);
        try
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) throw new HttpRequestException("unsupported protocol scheme");
            var body = method == HttpMethod.Post || method == HttpMethod.Put || method == HttpMethod.Patch ? request.Data : null;
            using var answer = await _client.SendAsync(method, uri, Headers(request), body, request.Metadata.GetValueOrDefault("Content-Type") ?? Json, limit.Token);
            return await ReadAsync(answer, request, limit.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new BindingException($"{GoVerb(method)} \"{address}\": {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BindingException($"{GoVerb(method)} \"{address}\": context deadline exceeded", error);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Address(string path) => path.Length == 0 ? settings.Url : $"{settings.Url.TrimEnd('/')}/{path.TrimStart('/')}";

    private List<KeyValuePair<string, string>> Headers(BindingRequest request)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (!request.Metadata.ContainsKey("Accept")) headers.Add(new("Accept", Json));
        var token = settings.SecurityTokenHeader;
        if (settings.SecurityToken.Length > 0 && token.Length > 0 && !request.Metadata.ContainsKey(token)) headers.Add(new(token, settings.SecurityToken));
        foreach (var (name, value) in request.Metadata)
        {
            var isTrace = name is "traceparent" or "tracestate" or "baggage" && value.Length > 0;
            var isHeader = name.Length > 0 && char.IsAsciiLetterUpper(name[0]) && name != "Content-Type" && name.ToUpperInvariant() is not ("TRACEPARENT" or "TRACESTATE" or "BAGGAGE");
            if (isTrace || isHeader) headers.Add(new(name, value));
        }

        return headers;
    }

    private async Task<BindingAnswer> ReadAsync(HttpResponseMessage answer, BindingRequest request, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["statusCode"] = status.ToString(CultureInfo.InvariantCulture),
            ["status"] = $"{status} {answer.ReasonPhrase}",
        };
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) metadata[name] = string.Join(", ", values);
        }

        var read = new BindingAnswer(await ReadBodyAsync(answer, cancellationToken)) { Metadata = metadata };
        var strict = request.Get("errorIfNot2XX") is { Length: > 0 } own ? GoBool.IsTruthy(own) : settings.ErrorIfNot2xx;
        return !strict || answer.IsSuccessStatusCode ? read : throw new BindingException($"received status code {status}", read);
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (settings.MaxResponseBodySize <= 0) return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (body.Length < settings.MaxResponseBodySize)
        {
            var read = await stream.ReadAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, settings.MaxResponseBodySize - body.Length)), cancellationToken);
            if (read == 0) break;
            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>Go's error texts begin with the verb in this form: <c>Get "http://…"</c>.</summary>
    private static string GoVerb(HttpMethod method) => method.Method[0] + method.Method[1..].ToLowerInvariant();
}
