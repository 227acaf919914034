using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Bars;

/// <summary>The CSV form of a page (RFC 4180, header line, UTF-8): the same texts as in the JSON form.</summary>
internal static class BarsCsv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    private const int FlushAfter = 64 * 1024;

    public static async Task WriteAsync(BarsPage page, PipeWriter body, CancellationToken cancellationToken)
    {
        body.Write("symbol,t,open,high,low,close,volume,source\r\n"u8);
        foreach (var run in page.Runs)
        {
            var symbol = Encoding.UTF8.GetBytes(page.Request.Symbols[run.Symbol]);
            for (var i = 0; i < run.Count; i++)
            {
                WriteLine(body, symbol, run.Block.Slice(run.Index + i, 1).Span);
                if (body.UnflushedBytes >= FlushAfter)
                    await body.FlushAsync(cancellationToken);
            }
        }

        await body.FlushAsync(cancellationToken);
    }

    /// <summary>The members of a rendered bar stand in the order of the columns.</summary>
    private static void WriteLine(PipeWriter body, ReadOnlySpan<byte> symbol, ReadOnlySpan<byte> bar)
    {
        body.Write(symbol);
        var json = new Utf8JsonReader(bar);
        while (json.Read())
        {
            switch (json.TokenType)
            {
                case JsonTokenType.String:
                    body.Write(","u8);
                    body.Write(Encoding.UTF8.GetBytes(CsvField.Escape(json.GetString()!)));
                    break;
                case JsonTokenType.Number:
                    body.Write(","u8);
                    body.Write(json.ValueSpan);
                    break;
                case JsonTokenType.Null:
                    body.Write(","u8);
                    break;
            }
        }

        body.Write("\r\n"u8);
    }
}
