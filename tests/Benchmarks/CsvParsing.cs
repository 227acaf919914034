using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Benchmarks;

/// <summary>Reading rows of bars from CSV text in memory: the plain case, and one with quotes and grouped numbers.</summary>
[MemoryDiagnoser]
public class CsvParsing
{
    private const int Rows = 100_000;

    private byte[] _text = [];
    private FileLayout _layout = null!;

    [Params(false, true)]
    public bool Quoted { get; set; }

    [GlobalSetup]
    public async Task MakeFileAsync()
    {
        var random = new Random(1);
        var text = new StringBuilder("date,open,high,low,close,volume,Name\n");
        for (var i = 0; i < Rows; i++)
        {
            var open = Math.Round(50 + (random.NextDouble() * 100), 2);
            var date = new DateOnly(2013, 2, 8).AddDays(i % 1250);
            text.Append(
                Quoted
                    ? string.Create(CultureInfo.InvariantCulture, $"\"{date:MM/dd/yyyy}\",\"{open}\",\"{open + 1}\",\"{open - 1}\",\"{open}\",\"{1_000_000 + i:N0}\",\"S{i / 1250}\"\n")
                    : string.Create(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd},{open},{open + 1},{open - 1},{open},{1_000_000 + i},S{i / 1250}\n"));
        }

        _text = Encoding.UTF8.GetBytes(text.ToString());
        _layout = await CsvText.InferLayoutAsync(new MemoryStream(_text), new LayoutHints(), CancellationToken.None);
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public async Task<double> RowAsync()
    {
        var sink = new Sum();
        using var reader = new BarCsvReader(new MemoryStream(_text), _layout);
        while (await reader.ReadAsync(sink, CancellationToken.None))
        {
        }

        return reader.Rejections == 0 ? sink.Total : throw new InvalidOperationException("The made-up rows are wrong.");
    }

    private sealed class Sum : IRowSink
    {
        public double Total { get; private set; }

        public void Bar(string symbol, in RawBar bar) => Total += bar.Close.Number ?? 0;

        public void Action(string symbol, CorporateAction action)
        {
        }

        public void Rejected(RejectedLine line)
        {
        }
    }
}
