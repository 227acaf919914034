using System.Net;
using System.Net.Http.Headers;

namespace StocksDapr.Sidecar.Commands.Imports;

/// <summary>A file as a request's body, sent as it is (compressed stays compressed), counting what has gone.</summary>
internal sealed class FileUpload : HttpContent
{
    private const int Piece = 128 * 1024;

    private readonly string _path;
    private readonly Action<long> _sent;

    /// <param name="path">The file.</param>
    /// <param name="sent">Told how many bytes have gone so far.</param>
    public FileUpload(string path, Action<long> sent)
    {
        _path = path;
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "application/gzip" : "text/csv");
        // Some files name their symbol nowhere but in their own name.
        Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileNameStar = Path.GetFileName(path) };
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var buffer = new byte[Piece];
        long sent = 0;
        _sent(0);
        while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            _sent(sent += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = new FileInfo(_path).Length;
        return true;
    }
}
