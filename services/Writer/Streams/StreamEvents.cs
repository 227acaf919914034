using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Streams;

/// <summary>
/// What a transaction of bars tells the stream: recent bars that it stores or corrects. Old ones are history that nobody watches come in, so that an import
/// does not even take the stream's lock; many at once are told as one range.
/// </summary>
internal sealed class StreamEvents
{
    /// <summary>Bars of one message beyond which the range is told instead of each bar.</summary>
    public const int MaxPerMessage = 64;

    // A long weekend and a day of delay; a bar as long as a month began before that.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    private const string LockSql = "SELECT pg_advisory_xact_lock($1)";

    // Also the forming ones before the range that never became final bars of their own go with it in time; here go those that did.
    private const string EndFormingSql = """
        DELETE FROM market.live_bars l
        USING unnest($1, $2, $3, $4) AS n(symbol_id, interval_id, first, last)
        WHERE l.symbol_id = n.symbol_id AND l.interval_id = n.interval_id AND l.start BETWEEN n.first AND n.last
        """;

    // A statement of its own after the lock, so that its positions are higher than all that are visible.
    private const string InsertSql = """
        INSERT INTO market.stream_events
            (position, symbol_id, interval_id, source_id, kind, start, last_start, open, high, low, close, volume,
             old_open, old_high, old_low, old_close, old_volume, recorded_at)
        SELECT nextval('market.stream_position'), n.symbol_id, n.interval_id, n.source_id, n.kind, n.start, n.last_start, n.open, n.high, n.low, n.close, n.volume,
               n.old_open, n.old_high, n.old_low, n.old_close, n.old_volume, clock_timestamp()
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            AS n(symbol_id, interval_id, source_id, kind, start, last_start, open, high, low, close, volume, old_open, old_high, old_low, old_close, old_volume)
        """;

    /// <summary>Wakes the readers; the channel carries nothing else.</summary>
    public const string NotifySql = "SELECT pg_notify('stream', '')";

    private readonly List<int> _symbolIds = [];
    private readonly List<short> _intervalIds = [];
    private readonly List<short> _sources = [];
    private readonly List<short> _kinds = [];
    private readonly List<long> _starts = [];
    private readonly List<long> _lastStarts = [];
    private readonly List<double?>[] _prices = [[], [], [], [], [], [], [], []];
    private readonly List<long?> _volumes = [];
    private readonly List<long?> _oldVolumes = [];

    /// <summary>Whether bars of this message can be recent enough to be told.</summary>
    /// <param name="slice">The message.</param>
    /// <param name="now">The database's clock.</param>
    public static bool MayTell(BarSlice slice, long now) => slice.HasBars && slice.Last >= Earliest(slice, now);

    /// <summary>Adds what became of a message, whose bars have their verdicts.</summary>
    public void Add(BarSlice slice, long now)
    {
        if (slice.Outcome.Inserted + slice.Outcome.Revised == 0 || !MayTell(slice, now))
            return;

        var from = Array.BinarySearch(slice.Message.Starts, Earliest(slice, now));
        from = from < 0 ? ~from : from;
        var changed = new List<int>();
        for (var i = from; i < slice.Verdicts.Length; i++)
        {
            if (slice.Verdicts[i] is Verdict.Insert or Verdict.Revise)
                changed.Add(i);
        }

        if (changed.Count > MaxPerMessage)
        {
            AddRow(slice, StreamKind.Many, changed[0], changed[^1]);
            return;
        }

        foreach (var index in changed)
            AddRow(slice, slice.Verdicts[index] == Verdict.Insert ? StreamKind.Stored : StreamKind.Corrected, index, index);
    }

    /// <summary>To be the last commands of the transaction: the lock is held until the commit.</summary>
    public void AddTo(NpgsqlBatch batch)
    {
        if (_starts.Count == 0)
            return;

        AddLock(batch);
        batch.Add(EndFormingSql, Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Instants(_starts), Columns.Instants(_lastStarts));
        batch.Add(
            InsertSql,
            Columns.Integers(_symbolIds), Columns.Smallints(_intervalIds), Columns.Smallints(_sources), Columns.Smallints(_kinds),
            Columns.Instants(_starts), Columns.Instants(_lastStarts),
            Columns.Doubles(_prices[0]), Columns.Doubles(_prices[1]), Columns.Doubles(_prices[2]), Columns.Doubles(_prices[3]), Columns.Bigints(_volumes),
            Columns.Doubles(_prices[4]), Columns.Doubles(_prices[5]), Columns.Doubles(_prices[6]), Columns.Doubles(_prices[7]), Columns.Bigints(_oldVolumes));
        batch.Add(NotifySql);
    }

    public static void AddLock(NpgsqlBatch batch) =>
        batch.Add(LockSql, new NpgsqlParameter { Value = Locks.Stream, NpgsqlDbType = NpgsqlDbType.Bigint });

    private static long Earliest(BarSlice slice, long now) => now - (long)(Recent + slice.Message.Interval.Length).TotalMicroseconds;

    private void AddRow(BarSlice slice, StreamKind kind, int first, int last)
    {
        _symbolIds.Add(slice.SymbolId);
        _intervalIds.Add(slice.IntervalId);
        _sources.Add(slice.SourceId);
        _kinds.Add((short)kind);
        _starts.Add(slice.Message.Starts[first]);
        _lastStarts.Add(slice.Message.Starts[last]);
        var bar = kind == StreamKind.Many ? default(Market.Bar?) : slice.Message.Bars[first];
        var old = kind == StreamKind.Corrected ? slice.Before?[first] : default(Market.Bar?);
        AddValues(0, bar, _volumes);
        AddValues(4, old, _oldVolumes);
    }

    private void AddValues(int column, Market.Bar? bar, List<long?> volumes)
    {
        _prices[column].Add(bar?.Open);
        _prices[column + 1].Add(bar?.High);
        _prices[column + 2].Add(bar?.Low);
        _prices[column + 3].Add(bar?.Close);
        volumes.Add(bar?.Volume);
    }
}
