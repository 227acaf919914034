using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace StocksDapr.Conformance.Replaying;

/// <summary>An HTTP/1.1 client that sends exactly what it is told: the target is not normalised and no header is added but Host and the length.</summary>
internal static class RawHttpClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<RawResponse> SendAsync(int port, RawRequest request)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        await using var stream = client.GetStream();
        var clock = Stopwatch.StartNew();
        var writing = WriteAsync(stream, port, request, limit.Token);
        var response = await new ResponseReader(stream, clock).ReadAsync(request.Method, limit.Token);
        try
        {
            await writing;
        }
        catch (IOException)
        {
            // The sidecar has answered before it had the whole body, and closed the connection.
        }

        return response;
    }

    private static async Task WriteAsync(NetworkStream stream, int port, RawRequest request, CancellationToken cancellationToken)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {request.Path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"));
        foreach (var (name, value) in request.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (request.Chunks is not null) head.Append("Transfer-Encoding: chunked\r\n");
        else if (request.Body.Length > 0 || request.Method is not ("GET" or "HEAD")) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), cancellationToken);
        if (request.Chunks is null)
        {
            await stream.WriteAsync(request.Body, cancellationToken);
            return;
        }

        foreach (var chunk in request.Chunks)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{chunk.Length:x}\r\n"), cancellationToken);
            await stream.WriteAsync(chunk, cancellationToken);
            await stream.WriteAsync("\r\n"u8.ToArray(), cancellationToken);
            await Task.Delay(request.ChunkDelay, cancellationToken);
        }

        await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken);
    }

    private sealed class ResponseReader(Stream stream, Stopwatch clock)
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _start;
        private int _end;

        public async Task<RawResponse> ReadAsync(string method, CancellationToken cancellationToken)
        {
            var status = int.Parse((await LineAsync(cancellationToken)).Split(' ')[1], CultureInfo.InvariantCulture);
            var headers = new Dictionary<string, string>(StringComparer.Ordinal);
            while (await LineAsync(cancellationToken) is { Length: > 0 } line)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var name = line[..colon].ToLowerInvariant();
                var value = line[(colon + 1)..].Trim();
                headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
            }

            var body = new MemoryStream();
            var firstByte = TimeSpan.Zero;
            if (method != "HEAD" && status is not (204 or 304)) firstByte = await BodyAsync(headers, body, cancellationToken);
            return new RawResponse(status, headers, body.ToArray(), clock.Elapsed, clock.Elapsed - firstByte);
        }

        private async Task<TimeSpan> BodyAsync(Dictionary<string, string> headers, MemoryStream body, CancellationToken cancellationToken)
        {
            TimeSpan? first = null;
            if (headers.GetValueOrDefault("transfer-encoding") == "chunked")
            {
                while (true)
                {
                    var size = int.Parse(await LineAsync(cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    if (size > 0) first ??= clock.Elapsed;
                    await CopyAsync(body, size, cancellationToken);
                    await LineAsync(cancellationToken);
                    if (size == 0) break;
                }
            }
            else if (headers.TryGetValue("content-length", out var length))
            {
                await CopyAsync(body, long.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
            }
            else
            {
                do
                {
                    if (_end > _start) first ??= clock.Elapsed;
                    body.Write(_buffer, _start, _end - _start);
                    _start = _end;
                }
                while (await FillAsync(cancellationToken));
            }

            return first ?? clock.Elapsed;
        }

        private async Task CopyAsync(MemoryStream body, long count, CancellationToken cancellationToken)
        {
            while (count > 0)
            {
                if (_start == _end && !await FillAsync(cancellationToken)) throw new IOException("the answer ends in the middle of its body");
                var take = (int)Math.Min(count, _end - _start);
                body.Write(_buffer, _start, take);
                _start += take;
                count -= take;
            }
        }

        private async Task<string> LineAsync(CancellationToken cancellationToken)
        {
            var line = new List<byte>();
            while (true)
            {
                if (_start == _end && !await FillAsync(cancellationToken)) throw new IOException("the connection was closed without an answer");
                var value = _buffer[_start++];
                if (value == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                line.Add(value);
            }
        }

        private async Task<bool> FillAsync(CancellationToken cancellationToken)
        {
            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellationToken);
            return _end > 0;
        }
    }
}

/// <summary>A request as it goes out; <see cref="Chunks"/> null = a body with a length.</summary>
internal sealed record RawRequest(string Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, IReadOnlyList<byte[]>? Chunks, TimeSpan ChunkDelay);

/// <summary>An answer: header names in lower case; how long it took in all and from its first body byte to its last.</summary>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, TimeSpan Took, TimeSpan BodyTook);
