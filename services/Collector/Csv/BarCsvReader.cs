using System.Text;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Reads the rows of a file of price bars whose layout is known. Every line that is not blank is a row, and ends either as a bar or
/// as a rejection: a bar needs a date, a symbol and the right number of fields; what its values are is for the rules to judge.
/// </summary>
/// <remarks>Holds one buffer, whatever the size of the file. Does not own the stream.</remarks>
internal sealed class BarCsvReader(Stream text, FileLayout layout) : IDisposable
{
    private const int RejectedRowLength = 500;

    private readonly LineReader _lines = new(text);
    private readonly RowFields _fields = new();
    private readonly SymbolTable _symbols = new();
    private readonly BarClock _clock = new(layout);
    private readonly ColumnMap _columns = layout.Columns;
    private readonly bool _commaDelimited = layout.Delimiter == ',';

    /// <summary>Rows so far: bars and rejections.</summary>
    public long Rows { get; private set; }

    public long Rejections { get; private set; }

    /// <summary>Reads the next piece of the file into the sink; false at its end.</summary>
    /// <exception cref="UnreadableFileException">The file has more lines than can be counted.</exception>
    public async ValueTask<bool> ReadAsync(IRowSink sink, CancellationToken cancellationToken)
    {
        if (!await _lines.FillAsync(cancellationToken).ConfigureAwait(false))
            return false;

        while (_lines.TryRead(out var line) is var kind and not LineKind.None)
        {
            if (_lines.LineNumber < layout.FirstRowLine)
                continue;
            if (_lines.LineNumber > int.MaxValue)
                throw new UnreadableFileException("too-many-lines", $"The file has more than {int.MaxValue} lines. Split it.");

            if (kind == LineKind.TooLong)
                Reject(sink, line, "line-too-long", $"The line is longer than {LineReader.MaxLength} bytes.");
            else
                ReadRow(line, sink);
        }

        return true;
    }

    public void Dispose() => _lines.Dispose();

    private void ReadRow(ReadOnlySpan<byte> line, IRowSink sink)
    {
        if (line.TrimStart(" \t\r"u8).IsEmpty)
            return;

        if (!_fields.TrySplit(line, layout.Delimiter, out var row))
        {
            if (_fields.Count == RowFields.MaxFields)
                RejectFieldCount(sink, line, $"more than {RowFields.MaxFields}");
            else
                Reject(sink, line, "unclosed-quote", "A double quote is opened and not closed on the line.");
            return;
        }

        if (_fields.Count != _columns.Count && !HasOnlyEmptyFieldsBeyond(row))
        {
            RejectFieldCount(sink, line, _fields.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return;
        }

        var timeOfDay = _columns.Time < 0 ? default : _fields.Field(row, _columns.Time);
        if (!TimeText.TryRead(_fields.Field(row, _columns.Date), timeOfDay, layout.DateOrder, out var time))
        {
            RejectDate(sink, line, row);
            return;
        }

        if (_clock.Start(time) is not { } start)
        {
            Reject(sink, line, "bad-time", $"A bar of {layout.Interval} needs a time of day, and the row has a date alone.");
            return;
        }

        var symbol = layout.Symbol ?? _symbols.Find(_fields.Field(row, _columns.Symbol));
        if (symbol is null)
        {
            Reject(
                sink, line, "bad-symbol", $"'{Show(_fields.Field(row, _columns.Symbol))}' is not a symbol: 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _.");
            return;
        }

        if (Symbol.IsSimulated(symbol))
        {
            Reject(sink, line, "simulated-symbol", $"Symbols that end in {Symbol.SimulatedSuffix} belong to the simulated provider alone.");
            return;
        }

        Rows++;
        sink.Bar(
            symbol,
            new RawBar(
                start, Value(row, _columns.Open), Value(row, _columns.High), Value(row, _columns.Low), Value(row, _columns.Close),
                Value(row, _columns.Volume), (int)_lines.LineNumber));
        if (_columns.HasActions)
            ReadActions(row, symbol, time, sink);
    }

    private RawValue Value(ReadOnlySpan<byte> row, int column) => NumberText.Read(_fields.Field(row, column), _commaDelimited);

    private bool HasOnlyEmptyFieldsBeyond(ReadOnlySpan<byte> row)
    {
        for (var i = _columns.Count; i < _fields.Count; i++)
        {
            if (!_fields.Field(row, i).IsEmpty)
                return false;
        }

        return _fields.Count > _columns.Count;
    }

    private void ReadActions(ReadOnlySpan<byte> row, string symbol, in WrittenTime time, IRowSink sink)
    {
        if (_columns.Dividend >= 0 && Value(row, _columns.Dividend).TryGetNumber(out var amount) && amount > 0)
            sink.Action(symbol, new CorporateAction(CorporateActionKind.Dividend, time.Date, amount));
        if (_columns.Split >= 0 && SplitRatio(_fields.Field(row, _columns.Split)) is { } ratio)
            sink.Action(symbol, new CorporateAction(CorporateActionKind.Split, time.Date, ratio));
    }

    /// <summary>New shares per old one: a number, or 4:1, 4/1. Vendors write 0 or 1 where there is no split.</summary>
    private double? SplitRatio(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOfAny((byte)':', (byte)'/');
        double ratio;
        if (colon < 0)
        {
            if (!NumberText.Read(text, _commaDelimited).TryGetNumber(out ratio))
                return null;
        }
        else
        {
            if (!NumberText.Read(text[..colon], _commaDelimited).TryGetNumber(out var shares)
                || !NumberText.Read(text[(colon + 1)..], _commaDelimited).TryGetNumber(out var old))
                return null;
            ratio = shares / old;
        }

        return ratio > 0 && ratio != 1 && double.IsFinite(ratio) ? ratio : null;
    }

    private void RejectFieldCount(IRowSink sink, ReadOnlySpan<byte> line, string count) =>
        Reject(sink, line, "wrong-field-count", $"The row has {count} fields, the file has {_columns.Count} columns.");

    private void RejectDate(IRowSink sink, ReadOnlySpan<byte> line, ReadOnlySpan<byte> row)
    {
        var shown = Show(_fields.Field(row, _columns.Date));
        if (_columns.Time >= 0)
            shown = $"{shown} {Show(_fields.Field(row, _columns.Time))}".TrimEnd();
        var order = layout.DateOrder == DateOrder.MonthFirst
            ? "02/08/2013 (month, day, year, as this file's other dates)"
            : "08/02/2013 (day, month, year, as this file's other dates)";
        Reject(sink, line, "bad-date", $"'{shown}' is not a date such as 2013-02-08, 20130208 or {order}, with or without a time.");
    }

    private void Reject(IRowSink sink, ReadOnlySpan<byte> line, string code, string reason)
    {
        Rows++;
        Rejections++;
        sink.Rejected(new RejectedLine((int)_lines.LineNumber, code, reason, Show(line, RejectedRowLength)));
    }

    /// <summary>Text for a message: cut, and without NUL, which neither JSON readers nor databases like.</summary>
    private static string Show(ReadOnlySpan<byte> text, int maxLength = 60)
    {
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * maxLength)]).Replace('\0', '\uFFFD');
        return shown.Length <= maxLength ? shown : shown[..(char.IsHighSurrogate(shown[maxLength - 1]) ? maxLength - 1 : maxLength)];
    }
}
