using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// The rows of <c>market.series</c> that a transaction touches. They tell without looking which messages meet no stored bar;
/// read under the symbols' locks, so they are exact.
/// </summary>
internal sealed class SeriesCoverage
{
    private const string LockSql = "SELECT pg_advisory_xact_lock($1, id) FROM unnest($2) AS id";

    private const string ReadSql = """
        SELECT symbol_id, interval_id, first_start, last_start, changed_at
        FROM market.series WHERE symbol_id = ANY ($1)
        """;

    private const string ClockSql = "SELECT clock_timestamp()";

    private const string WriteSql = """
        INSERT INTO market.series AS s (symbol_id, interval_id, first_start, last_start, bars, changed_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        ON CONFLICT (symbol_id, interval_id) DO UPDATE SET
            first_start = LEAST(s.first_start, EXCLUDED.first_start),
            last_start = GREATEST(s.last_start, EXCLUDED.last_start),
            bars = s.bars + EXCLUDED.bars,
            changed_at = EXCLUDED.changed_at
        """;

    private readonly Dictionary<(int SymbolId, short IntervalId), Coverage> _series = [];

    private sealed class Coverage
    {
        public long First { get; set; } = long.MaxValue;

        public long Last { get; set; } = long.MinValue;

        public long Inserted { get; set; }

        public bool Changed { get; set; }
    }

    /// <summary>
    /// After the locks are taken: the database's clock, moved on where needed so that nothing of these series was recorded at
    /// or after it (clocks can be set back).
    /// </summary>
    public long Now { get; private set; }

    /// <summary>Takes the locks of the symbols in ascending order, which excludes deadlocks among writers, then reads their series.</summary>
    public static async Task<SeriesCoverage> LockAsync(NpgsqlConnection connection, IEnumerable<BarSlice> slices, CancellationToken cancellationToken)
    {
        var symbolIds = new SortedSet<int>(slices.Select(slice => slice.SymbolId)).ToArray();
        await using var batch = new NpgsqlBatch(connection);

        // One statement for each, since a statement sees what was committed before it began: the locks come first.
        batch.Add(LockSql, new NpgsqlParameter { Value = Locks.SymbolClass, NpgsqlDbType = NpgsqlDbType.Integer }, Columns.Integers(symbolIds));
        batch.Add(ClockSql);
        batch.Add(ReadSql, Columns.Integers(symbolIds));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var coverage = new SeriesCoverage { Now = reader.GetFieldValue<long>(0) };
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            coverage._series.Add(
                (reader.GetInt32(0), reader.GetInt16(1)), new Coverage { First = reader.GetFieldValue<long>(2), Last = reader.GetFieldValue<long>(3) });
            coverage.Now = Math.Max(coverage.Now, reader.GetFieldValue<long>(4) + 1);
        }

        return coverage;
    }

    /// <summary>The stretch of the slice's series that has bars; false when there is none within the slice's range.</summary>
    public bool TryGetOverlap(BarSlice slice, out long first, out long last)
    {
        first = last = 0;
        if (!slice.HasBars || !_series.TryGetValue((slice.SymbolId, slice.IntervalId), out var coverage))
            return false;

        (first, last) = (coverage.First, coverage.Last);
        return first <= slice.Last && slice.First <= last;
    }

    public void Apply(BarSlice slice)
    {
        var outcome = slice.Outcome;
        if (outcome.Inserted + outcome.Revised == 0)
            return;

        if (!_series.TryGetValue((slice.SymbolId, slice.IntervalId), out var coverage))
            _series.Add((slice.SymbolId, slice.IntervalId), coverage = new Coverage());
        coverage.First = Math.Min(coverage.First, slice.First);
        coverage.Last = Math.Max(coverage.Last, slice.Last);
        coverage.Inserted += outcome.Inserted;
        coverage.Changed = true;
        Now = Math.Max(Now, slice.RecordedAt);
    }

    public void AddTo(NpgsqlBatch batch)
    {
        var changed = _series.Where(entry => entry.Value.Changed).ToList();
        if (changed.Count == 0)
            return;

        batch.Add(
            WriteSql,
            Columns.Integers(changed.ConvertAll(entry => entry.Key.SymbolId)),
            Columns.Smallints(changed.ConvertAll(entry => entry.Key.IntervalId)),
            Columns.Instants(changed.ConvertAll(entry => entry.Value.First)),
            Columns.Instants(changed.ConvertAll(entry => entry.Value.Last)),
            Columns.Bigints(changed.ConvertAll(entry => entry.Value.Inserted)),
            Columns.Instants(changed.ConvertAll(_ => Now)));
    }
}
