using Npgsql;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Bars;

/// <summary>Bars whose values change: the stored row moves to the revisions, then takes the new values.</summary>
internal sealed class RevisedBars
{
    private const string KeepSql = """
        INSERT INTO market.bar_revisions
            (start, open, high, low, close, volume, fetched_at, recorded_at, superseded_at, symbol_id, interval_id, source_id)
        SELECT b.start, b.open, b.high, b.low, b.close, b.volume, b.fetched_at, b.recorded_at, n.recorded_at, b.symbol_id, b.interval_id, b.source_id
        FROM unnest($1, $2, $3, $4) AS n(symbol_id, interval_id, start, recorded_at)
        JOIN market.bars b ON b.symbol_id = n.symbol_id AND b.interval_id = n.interval_id AND b.start = n.start
        """;

    private const string ReviseSql = """
        UPDATE market.bars b
        SET open = n.open, high = n.high, low = n.low, close = n.close, volume = n.volume,
            fetched_at = n.fetched_at, recorded_at = n.recorded_at, source_id = n.source_id
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            AS n(symbol_id, interval_id, start, recorded_at, open, high, low, close, volume, fetched_at, source_id)
        WHERE b.symbol_id = n.symbol_id AND b.interval_id = n.interval_id AND b.start = n.start
        """;

    // A later fetch that repeats the values is remembered, so that a fetch between the two that arrives last does not win.
    private const string ConfirmSql = """
        UPDATE market.bars b
        SET fetched_at = n.fetched_at
        FROM unnest($1, $2, $3, $4, $5) AS n(symbol_id, interval_id, first, last, fetched_at)
        WHERE b.symbol_id = n.symbol_id AND b.interval_id = n.interval_id AND b.start BETWEEN n.first AND n.last AND b.fetched_at < n.fetched_at
        """;

    private readonly List<int> _symbolIds = [];
    private readonly List<short> _intervalIds = [];
    private readonly List<long> _starts = [];
    private readonly List<long> _recorded = [];
    private readonly List<double> _opens = [];
    private readonly List<double> _highs = [];
    private readonly List<double> _lows = [];
    private readonly List<double> _closes = [];
    private readonly List<long> _volumes = [];
    private readonly List<long> _fetched = [];
    private readonly List<short> _sources = [];

    public void Add(BarSlice slice)
    {
        for (var i = 0; i < slice.Verdicts.Length; i++)
        {
            if (slice.Verdicts[i] != Verdict.Revise)
                continue;

            ref readonly var bar = ref slice.Message.Bars[i];
            _symbolIds.Add(slice.SymbolId);
            _intervalIds.Add(slice.IntervalId);
            _starts.Add(slice.Message.Starts[i]);
            _recorded.Add(slice.RecordedAt);
            _opens.Add(bar.Open);
            _highs.Add(bar.High);
            _lows.Add(bar.Low);
            _closes.Add(bar.Close);
            _volumes.Add(bar.Volume);
            _fetched.Add(slice.FetchedAt);
            _sources.Add(slice.SourceId);
        }
    }

    public void AddTo(NpgsqlBatch batch)
    {
        if (_starts.Count == 0)
            return;

        batch.Add(KeepSql, Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Instants(_starts), Columns.Instants(_recorded));
        batch.Add(
            ReviseSql,
            Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Instants(_starts), Columns.Instants(_recorded),
            Columns.Doubles(_opens), Columns.Doubles(_highs), Columns.Doubles(_lows), Columns.Doubles(_closes), Columns.Bigints(_volumes),
            Columns.Instants(_fetched), Columns.Smallints(_sources));
    }

    /// <summary>To be added after the revisions, which must keep the fetch time that they had.</summary>
    public static void Confirm(NpgsqlBatch batch, List<(BarSlice Slice, long First, long Last)> runs)
    {
        if (runs.Count == 0)
            return;

        batch.Add(
            ConfirmSql,
            Columns.Integers(runs.ConvertAll(run => run.Slice.SymbolId)),
            Columns.Smallints(runs.ConvertAll(run => run.Slice.IntervalId)),
            Columns.Instants(runs.ConvertAll(run => run.First)),
            Columns.Instants(runs.ConvertAll(run => run.Last)),
            Columns.Instants(runs.ConvertAll(run => run.Slice.FetchedAt)));
    }
}
