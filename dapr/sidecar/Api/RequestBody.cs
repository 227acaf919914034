using System.Buffers;

namespace StocksDapr.Sidecar.Api;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class RequestBody
{
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, long limit)
    {
        var declared = http.Request.ContentLength;
        if (declared == 0) return default;
        if (declared > limit) throw new BodyTooLargeException();
        var reader = http.Request.BodyReader;
        var buffer = declared is { } length ? new byte[length] : [];
        var filled = 0;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            var chunk = read.Buffer;
            var needed = filled + chunk.Length;
            if (needed > limit)
            {
                reader.AdvanceTo(chunk.End);
                throw new BodyTooLargeException();
            }

            if (needed > buffer.Length) Array.Resize(ref buffer, (int)Math.Min(Math.Max(needed, 2L * buffer.Length), limit));
            chunk.CopyTo(buffer.AsSpan(filled));
            filled = (int)needed;
            reader.AdvanceTo(chunk.End);
            if (read.IsCompleted) return buffer.AsMemory(0, filled);
        }
    }
}
