using System.Globalization;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Benchmarks;

/// <summary>
/// A vendor's answer to raw bars: the largest that Twelve Data sends for one symbol, and one of many symbols. The baseline is the way that most clients go: a
/// document, and a number from each text.
/// </summary>
[MemoryDiagnoser]
public class VendorParsing
{
    private const int Bars = 4_800;

    private byte[] _body = [];
    private string[] _symbols = [];
    private BarsRequest _request = null!;

    /// <summary>Into how many symbols the bars are divided.</summary>
    [Params(1, 120)]
    public int Symbols { get; set; }

    [GlobalSetup]
    public void MakeAnswer()
    {
        var session = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2025, 11, 3));
        _symbols = [.. Enumerable.Range(0, Symbols).Select(i => $"S{i}")];
        _request = new BarsRequest(_symbols, Interval.OneMinute, session.Open, session.Open.AddDays(60));
        var random = new Random(1);
        var text = new StringBuilder(Symbols == 1 ? "" : "{");
        foreach (var symbol in _symbols)
        {
            if (Symbols > 1)
                text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{symbol}\":");
            text.Append(CultureInfo.InvariantCulture, $$"""{"meta":{"symbol":"{{symbol}}","interval":"1min","currency":"USD","exchange_timezone":"America/New_York","exchange":"NASDAQ","mic_code":"XNGS","type":"Common Stock"},"values":[""");
            for (var i = 0; i < Bars / Symbols; i++)
            {
                var open = 100 + (random.NextDouble() * 100);
                var at = NewYorkTime.FromInstant(session.Open.AddMinutes(i % 390).AddDays(i / 390));
                text.Append(i > 0 ? "," : "").Append(
                    CultureInfo.InvariantCulture,
                    $$"""{"datetime":"{{at:yyyy-MM-dd HH:mm:ss}}","open":"{{open:F5}}","high":"{{open + 1:F5}}","low":"{{open - 1:F5}}","close":"{{open:F5}}","volume":"{{random.Next(1_000, 900_000)}}"}""");
            }

            text.Append("],\"status\":\"ok\"}");
        }

        _body = Encoding.UTF8.GetBytes(text.Append(Symbols == 1 ? "" : "}").ToString());
        if (Reader() != Bars || Document() != Bars)
            throw new InvalidOperationException("The made-up answer is wrong.");
    }

    [Benchmark(OperationsPerInvoke = Bars)]
    public int Reader()
    {
        var batch = new TwelveDataBatch(_symbols);
        return TwelveDataSeries.Read(_body, batch, new BarsWindow(_request, _request.To.AddDays(1))).Values.Sum(symbol => symbol.Value!.Count);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Bars)]
    public int Document()
    {
        using var document = JsonDocument.Parse(_body);
        var root = document.RootElement;
        return Symbols == 1 ? ReadSymbol(root).Count : root.EnumerateObject().Sum(symbol => ReadSymbol(symbol.Value).Count);
    }

    private static List<RawBar> ReadSymbol(JsonElement symbol)
    {
        var bars = new List<RawBar>();
        foreach (var value in symbol.GetProperty("values").EnumerateArray())
        {
            var at = DateTime.ParseExact(value.GetProperty("datetime").GetString()!, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            bars.Add(new RawBar(
                NewYorkTime.ToInstant(DateOnly.FromDateTime(at), TimeOnly.FromDateTime(at)),
                Number(value, "open"), Number(value, "high"), Number(value, "low"), Number(value, "close"), Number(value, "volume")));
        }

        return bars;
    }

    private static double Number(JsonElement value, string name) => double.Parse(value.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
