using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// Forms the messages of an import from the rows of its file: batches of bars of one symbol, numbered from 0; corporate actions; rejected
/// lines. What it does depends on the rows and their order alone, so that the same file always makes the same batches.
/// </summary>
/// <remarks>
/// Memory is bounded for any order of rows. A batch is closed when it is full, when a long run of one symbol ends (files sorted by symbol), and all
/// together when the open ones hold too much (files sorted by time, with very many symbols).
/// </remarks>
internal sealed class BatchAssembler(ImportManifest manifest, Interval interval) : IRowSink
{
    public const int MaxBatchBars = 2_000;
    public const int MaxRejectedLines = 1_000;

    private const int LongRun = 500;
    private const int MaxOpenBars = 100_000;

    /// <summary>Letters of values that are no numbers, which a batch may hold: keeps a message far below the sidecar's limit.</summary>
    private const int MaxBatchText = 256 * 1024;

    private const int MaxOpenText = 8 * 1024 * 1024;
    private const int MaxRejectedText = 256 * 1024;

    private readonly Dictionary<string, OpenBatch> _open = new(StringComparer.Ordinal);
    private readonly Queue<object> _messages = new();
    private readonly Provenance _provenance = new(manifest.Source, manifest.Id, manifest.AcceptedAt);
    private List<RejectedLine> _rejected = [];
    private OpenBatch? _current;
    private int _openBars;
    private int _openText;
    private int _rejectedText;
    private int _opened;

    /// <summary>Batches of bars so far.</summary>
    public int Batches { get; private set; }

    public void Bar(string symbol, in RawBar bar)
    {
        if (!ReferenceEquals(_current?.Symbol, symbol) && _current?.Symbol != symbol)
            Turn(symbol);

        var batch = _current!;
        batch.Bars.Add(bar);
        batch.Run++;
        _openBars++;
        var text = TextOf(bar);
        if (text > 0)
        {
            batch.Text += text;
            _openText += text;
        }

        if (batch.Bars.Count == MaxBatchBars || batch.Text >= MaxBatchText)
            Close(batch);
        else if (_openBars >= MaxOpenBars || _openText >= MaxOpenText)
            CloseAll();
    }

    public void Action(string symbol, CorporateAction action)
    {
        if (_current?.Symbol != symbol)
            Turn(symbol);
        (_current!.Actions ??= []).Add(action);
    }

    public void Rejected(RejectedLine line)
    {
        _rejected.Add(line);
        _rejectedText += line.Row.Length + line.Reason.Length;
        if (_rejected.Count == MaxRejectedLines || _rejectedText >= MaxRejectedText)
            CloseRejected();
    }

    /// <summary>Closes what is open: the file is at its end.</summary>
    public void Finish()
    {
        CloseAll();
        if (_rejected.Count > 0)
            CloseRejected();
    }

    /// <summary>The next finished message: <see cref="RawBars"/>, <see cref="CorporateActions"/> or <see cref="ImportRejections"/>.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? message) => _messages.TryDequeue(out message);

    private void Turn(string symbol)
    {
        if (_current is { } ended && ended.Run >= LongRun)
            Close(ended);

        if (!_open.TryGetValue(symbol, out _current))
            _open.Add(symbol, _current = new OpenBatch(symbol, _opened++));
        _current.Run = 0;
    }

    private void CloseAll()
    {
        foreach (var batch in _open.Values.OrderBy(batch => batch.Order).ToArray())
            Close(batch);
    }

    private void Close(OpenBatch batch)
    {
        if (batch.Actions is { } actions)
            _messages.Enqueue(new CorporateActions(batch.Symbol, _provenance, actions));
        if (batch.Bars.Count > 0)
        {
            _messages.Enqueue(
                new RawBars(batch.Symbol, interval, _provenance with { Import = new ImportBatch(manifest.Id, Batches) }, batch.Bars));
            Batches++;
        }

        _openBars -= batch.Bars.Count;
        _openText -= batch.Text;
        _open.Remove(batch.Symbol);
        if (ReferenceEquals(_current, batch))
            _current = null;
    }

    private void CloseRejected()
    {
        _messages.Enqueue(new ImportRejections(manifest.Id, _rejected));
        _rejected = [];
        _rejectedText = 0;
    }

    private static int TextOf(in RawBar bar) =>
        Length(bar.Open) + Length(bar.High) + Length(bar.Low) + Length(bar.Close) + Length(bar.Volume);

    private static int Length(in RawValue value) => value.Text?.Length ?? 0;

    private sealed class OpenBatch(string symbol, int order)
    {
        public string Symbol { get; } = symbol;

        /// <summary>The order in which batches were opened, in which they are closed together.</summary>
        public int Order { get; } = order;

        public List<RawBar> Bars { get; } = [];

        public List<CorporateAction>? Actions { get; set; }

        /// <summary>Rows of this symbol since another one was read.</summary>
        public int Run { get; set; }

        public int Text { get; set; }
    }
}
