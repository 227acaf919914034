using System.IO.Compression;
using System.Text;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Csv;

/// <summary>A whole file as the CSV reader understands it.</summary>
internal sealed class ReadFile : IRowSink
{
    public FileLayout Layout { get; private set; } = null!;

    public List<(string Symbol, RawBar Bar)> Bars { get; } = [];

    public List<(string Symbol, CorporateAction Action)> Actions { get; } = [];

    public List<RejectedLine> Rejections { get; } = [];

    public long Rows { get; private set; }

    public static Task<ReadFile> OfAsync(string text, LayoutHints? hints = null) => OfAsync(Encoding.UTF8.GetBytes(text), hints);

    public static async Task<ReadFile> OfAsync(byte[] bytes, LayoutHints? hints = null, int pieces = int.MaxValue)
    {
        var file = new ReadFile();
        await using (var beginning = await CsvText.OpenAsync(new PiecewiseStream(bytes, pieces), default))
            file.Layout = await CsvText.InferLayoutAsync(beginning, hints ?? new LayoutHints(), default);

        await using var text = await CsvText.OpenAsync(new PiecewiseStream(bytes, pieces), default);
        using var reader = new BarCsvReader(text, file.Layout);
        while (await reader.ReadAsync(file, default))
        {
        }

        file.Rows = reader.Rows;
        file.Rows.Should().Be(file.Bars.Count + file.Rejections.Count);
        reader.Rejections.Should().Be(file.Rejections.Count);
        return file;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    public void Bar(string symbol, in RawBar bar) => Bars.Add((symbol, bar));

    public void Action(string symbol, CorporateAction action) => Actions.Add((symbol, action));

    public void Rejected(RejectedLine line) => Rejections.Add(line);

    /// <summary>Bytes that come in pieces of at most a given size, as from a network.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int pieces) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, pieces)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, pieces));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieces)], cancellationToken);
    }
}
