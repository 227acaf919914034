using System.Text;

namespace StocksDapr.Query.Bars;

/// <summary>Path and query of the next page, written anew from what was understood: nothing a caller sent is echoed as it came.</summary>
internal static class BarsLink
{
    public static string Next(BarsRequest request, string cursor)
    {
        var link = new StringBuilder(160);
        if (request.IsSingle)
        {
            link.Append("/bars/").Append(Uri.EscapeDataString(request.Symbols[0])).Append('?');
        }
        else
        {
            link.Append("/bars?symbols=");
            for (var i = 0; i < request.Symbols.Length; i++)
                link.Append(i == 0 ? "" : ",").Append(Escape(request.Symbols[i]));
            link.Append('&');
        }

        link.Append("interval=").Append(request.Interval.Code);
        Add(link, "from", request.FromText);
        Add(link, "to", request.ToText);
        Add(link, "asOf", request.AsOfText);
        return link.Append("&limit=").Append(request.Limit).Append("&cursor=").Append(cursor).ToString();
    }

    private static void Add(StringBuilder link, string name, string? value)
    {
        if (value is not null)
            link.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    private static string Escape(string symbol) => symbol.AsSpan().ContainsAny("^=/") ? Uri.EscapeDataString(symbol) : symbol;
}
