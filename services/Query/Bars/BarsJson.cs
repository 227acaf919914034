using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StocksDapr.Query.Bars;

/// <summary>The JSON form of a page: mostly bytes that are there already, copied.</summary>
internal static class BarsJson
{
    /// <summary>How much is handed to the connection before waiting that it can take more.</summary>
    private const int FlushAfter = 64 * 1024;

    private static readonly byte[] NoErrors = "},\"errors\":{},\"next\":"u8.ToArray();
    private static readonly byte[] LastPage = "null}"u8.ToArray();
    private static readonly byte[] Comma = ","u8.ToArray();
    private static readonly byte[] EndOfArray = "]"u8.ToArray();

    /// <summary>Puts the answer together out of pieces, none of which is copied.</summary>
    public static List<ReadOnlyMemory<byte>> Compose(BarsPage page, string? cursor)
    {
        var pieces = new List<ReadOnlyMemory<byte>>((page.Runs.Count * 2) + 5);
        var symbol = -1;
        var afterBar = false;
        foreach (var run in page.Runs)
        {
            if (run.Symbol != symbol)
            {
                pieces.Add(Heading(page.Request, run.Symbol, isFirst: symbol < 0));
                symbol = run.Symbol;
                afterBar = false;
            }

            if (run.Count == 0)
                continue;
            if (afterBar)
                pieces.Add(Comma);
            pieces.Add(run.Block.Slice(run.Index, run.Count));
            afterBar = true;
        }

        pieces.Add(symbol < 0 ? Encoding.UTF8.GetBytes($"{{\"interval\":\"{page.Request.Interval.Code}\",\"bars\":{{") : EndOfArray);
        pieces.Add(page.Unknown is null && page.Request.BadSymbols.Count == 0 ? NoErrors : Errors(page));
        pieces.Add(cursor is null ? LastPage : Encoding.UTF8.GetBytes($"\"{cursor}\"}}"));
        return pieces;
    }

    public static long Length(List<ReadOnlyMemory<byte>> pieces)
    {
        long length = 0;
        foreach (var piece in pieces)
            length += piece.Length;
        return length;
    }

    public static async Task WriteAsync(List<ReadOnlyMemory<byte>> pieces, PipeWriter body, CancellationToken cancellationToken)
    {
        var waiting = 0;
        foreach (var piece in pieces)
        {
            for (var rest = piece; rest.Length > 0;)
            {
                var part = rest[..Math.Min(rest.Length, FlushAfter - waiting)];
                body.Write(part.Span);
                rest = rest[part.Length..];
                waiting += part.Length;
                if (waiting < FlushAfter)
                    continue;

                await body.FlushAsync(cancellationToken);
                waiting = 0;
            }
        }

        // The server flushes by itself only what came before the headers went out.
        await body.FlushAsync(cancellationToken);
    }

    /// <summary>A symbol and an interval need no escaping.</summary>
    private static byte[] Heading(BarsRequest request, int symbol, bool isFirst) => Encoding.UTF8.GetBytes(
        isFirst
            ? string.Concat("{\"interval\":\"", request.Interval.Code, "\",\"bars\":{\"", request.Symbols[symbol] + "\":[")
            : string.Concat("],\"", request.Symbols[symbol], "\":["));

    private static byte[] Errors(BarsPage page)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (symbol, error) in SymbolErrors.Of(page))
            {
                json.WriteStartObject(symbol);
                json.WriteString("code", error.Code);
                json.WriteString("detail", error.Detail);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return [.. "},\"errors\":"u8, .. buffer.WrittenSpan, .. ",\"next\":"u8];
    }
}
