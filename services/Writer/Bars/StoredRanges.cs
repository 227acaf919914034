using Npgsql;
using NpgsqlTypes;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// Compares messages with what is stored. The caller holds the locks of the symbols, so that what is read here is what the
/// transaction will change. A range of a series is read once, in order, and never kept: memory does not grow with the range.
/// </summary>
internal sealed class StoredRanges
{
    // A message with long gaps is compared in several ranges, so that the bars in its gaps are not read.
    private const int GapIntervals = 64;

    // ORDER BY inside LATERAL: each range is a scan of one index in order, and the ranges come one after the other.
    private const string Sql = """
        SELECT r.n, b.start, b.open, b.high, b.low, b.close, b.volume, b.fetched_at
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS r(symbol_id, interval_id, first, last, n)
        CROSS JOIN LATERAL (
            SELECT start, open, high, low, close, volume, fetched_at FROM market.bars
            WHERE symbol_id = r.symbol_id AND interval_id = r.interval_id AND start BETWEEN r.first AND r.last
            ORDER BY start) b
        """;

    private readonly List<(BarSlice Slice, int Index)> _origins = [];
    private readonly List<int> _symbolIds = [];
    private readonly List<short> _intervalIds = [];
    private readonly List<long> _firsts = [];
    private readonly List<long> _lasts = [];

    /// <summary>Runs of stored bars that a message repeats with a later fetch, none left out between first and last.</summary>
    public List<(BarSlice Slice, long First, long Last)> Confirmed { get; } = [];

    public void Add(BarSlice slice, long coveredFirst, long coveredLast)
    {
        var starts = slice.Message.Starts;
        var longestGap = (long)slice.Message.Interval.Length.TotalMicroseconds * GapIntervals;
        var from = 0;
        for (var i = 1; i <= starts.Length; i++)
        {
            if (i < starts.Length && starts[i] - starts[i - 1] <= longestGap)
                continue;

            if (starts[from] <= coveredLast && starts[i - 1] >= coveredFirst)
            {
                _origins.Add((slice, from));
                _symbolIds.Add(slice.SymbolId);
                _intervalIds.Add(slice.IntervalId);
                _firsts.Add(starts[from]);
                _lasts.Add(starts[i - 1]);
            }

            from = i;
        }
    }

    /// <summary>Gives every bar of the added slices that is stored its verdict.</summary>
    public async Task CompareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_origins.Count == 0)
            return;

        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = _symbolIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new() { Value = _intervalIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
                new() { Value = _firsts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new() { Value = _lasts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var range = 0L;
        var index = 0;
        BarSlice? slice = null;
        var run = default((long First, long Last)?);
        var confirms = false;

        void EndRun()
        {
            if (confirms && run is { } ended)
                Confirmed.Add((slice!, ended.First, ended.Last));
            run = null;
            confirms = false;
        }

        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt64(0) is var next && next != range)
            {
                EndRun();
                range = next;
                (slice, index) = _origins[(int)next - 1];
            }

            var start = reader.GetFieldValue<long>(1);
            var starts = slice!.Message.Starts;
            while (index < starts.Length && starts[index] < start)
                index++;

            if (index == starts.Length || starts[index] != start)
            {
                EndRun();
                continue;
            }

            ref readonly var bar = ref slice.Message.Bars[index];
            var same = bar.Open.Equals(reader.GetDouble(2)) && bar.High.Equals(reader.GetDouble(3)) && bar.Low.Equals(reader.GetDouble(4))
                && bar.Close.Equals(reader.GetDouble(5)) && bar.Volume == reader.GetInt64(6);
            var newer = slice.FetchedAt.CompareTo(reader.GetFieldValue<long>(7));
            slice.Verdicts[index] = same || newer < 0 ? Verdict.Leave : newer > 0 ? Verdict.Revise : Verdict.Conflict;
            if (slice.Verdicts[index] == Verdict.Revise)
            {
                slice.Before?.Add(
                    index, new Market.Bar(bar.Start, reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetDouble(5), reader.GetInt64(6)));
            }

            confirms |= same && newer > 0;
            run = (run?.First ?? start, start);
        }

        EndRun();
    }
}
