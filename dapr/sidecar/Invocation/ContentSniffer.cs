namespace StocksDapr.Sidecar.Invocation;

/// <summary>The content type that Go's server adds to a body without one: the common part of the WHATWG sniffing rules.</summary>
internal static class ContentSniffer
{
    private const int Examined = 512;

    private static readonly (byte[] Start, string Type)[] Signatures =
    [
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ("%!PS-Adobe-"u8.ToArray(), "application/postscript"),
        ([0xFE, 0xFF], "text/plain; charset=utf-16be"),
        ([0xFF, 0xFE], "text/plain; charset=utf-16le"),
        ([0xEF, 0xBB, 0xBF], "text/plain; charset=utf-8"),
        ([0x00, 0x00, 0x01, 0x00], "image/x-icon"),
        ("BM"u8.ToArray(), "image/bmp"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("ID3"u8.ToArray(), "audio/mpeg"),
        ("OggS\0"u8.ToArray(), "application/ogg"),
        ([0x1F, 0x8B, 0x08], "application/x-gzip"),
        ("PK\u0003\u0004"u8.ToArray(), "application/zip"),
        ("\0asm"u8.ToArray(), "application/wasm"),
    ];

    private static readonly string[] HtmlTags =
    [
        "<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE", "<TITLE", "<B", "<BODY", "<BR", "<P",
    ];

    public static string Detect(ReadOnlySpan<byte> body)
    {
        body = body[..Math.Min(body.Length, Examined)];
        var text = body.TrimStart("\t\n\f\r "u8);
        if (text.StartsWith("<!--"u8) || IsHtml(text)) return "text/html; charset=utf-8";
        if (text.StartsWith("<?xml"u8)) return "text/xml; charset=utf-8";
        foreach (var (start, type) in Signatures)
        {
            if (body.StartsWith(start)) return type;
        }

        if (body.Length >= 12 && body.StartsWith("RIFF"u8) && body[8..].StartsWith("WEBP"u8)) return "image/webp";
        foreach (var value in body)
        {
            if (value is <= 0x08 or 0x0B or (>= 0x0E and <= 0x1A) or (>= 0x1C and <= 0x1F)) return "application/octet-stream";
        }

        return "text/plain; charset=utf-8";
    }

    private static bool IsHtml(ReadOnlySpan<byte> text)
    {
        foreach (var tag in HtmlTags)
        {
            if (text.Length <= tag.Length || text[tag.Length] is not ((byte)' ' or (byte)'>')) continue;
            if (System.Text.Ascii.EqualsIgnoreCase(text[..tag.Length], tag)) return true;
        }

        return false;
    }
}
