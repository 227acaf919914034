using Npgsql;
using StocksDapr.Writer.Imports;
using StocksDapr.Writer.Quality;
using StocksDapr.Writer.Storage;
using StocksDapr.Writer.Streams;

namespace StocksDapr.Writer.Bars;

/// <summary>
/// Stores messages of bars, all in one transaction. Bars that meet no stored one are copied straight into their partition; the
/// others are compared here, row by row, and only what differs is written.
/// </summary>
/// <remarks>
/// The rule: the later fetch wins, however late it arrives. Equal values change nothing. Other values of a later fetch replace
/// the stored ones, which stay as a revision; of an earlier fetch they change nothing; of the same fetch they go to quarantine
/// (<see cref="PreparedBars.ConflictRule"/>). Whatever is delivered again finds everything unchanged, and the receipt of an
/// import's batch is that of the first time.
/// </remarks>
internal sealed class BarStore(Database database, Catalog catalog, Partitions partitions)
{
    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task<IReadOnlyList<WrittenBars>> WriteAsync(IReadOnlyList<PreparedBars> messages, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var symbolIds = await catalog.GetSymbolIdsAsync(connection, messages.Select(message => message.Symbol), cancellationToken);
        var sourceIds = await catalog.GetSourceIdsAsync(connection, messages.Select(message => message.Message.Provenance.Provider), cancellationToken);
        await partitions.EnsureAsync(connection, messages, cancellationToken);

        var slices = messages.Select(message => new BarSlice(message, symbolIds[message.Symbol], sourceIds[message.Message.Provenance.Provider])).ToList();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var coverage = await SeriesCoverage.LockAsync(connection, slices, cancellationToken);
        foreach (var wave in Waves(slices))
            await WriteBarsAsync(connection, coverage, wave, cancellationToken);

        await using (var batch = new NpgsqlBatch(connection))
        {
            coverage.AddTo(batch);
            new QuarantineRows(slices).AddTo(batch);
            FindingRows.AddTo(batch, slices);
            ReceiptRows.AddTo(batch, slices);
            StoredNotice.AddTo(batch, slices);
            var events = new StreamEvents();
            foreach (var slice in slices)
                events.Add(slice, coverage.Now);
            events.AddTo(batch);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return slices.ConvertAll(slice => slice.Outcome);
    }

    /// <summary>
    /// Splits the messages, keeping their order, so that within a wave no two say something about the same stretch of a series. One wave
    /// is the rule; several come from redeliveries and from providers that are asked again quickly.
    /// </summary>
    private static List<List<BarSlice>> Waves(List<BarSlice> slices)
    {
        var waves = new List<List<BarSlice>>();
        var heights = new Dictionary<(int, short), List<(BarSlice Slice, int Wave)>>();
        foreach (var slice in slices)
        {
            if (!heights.TryGetValue((slice.SymbolId, slice.IntervalId), out var earlier))
                heights.Add((slice.SymbolId, slice.IntervalId), earlier = []);

            var wave = 0;
            foreach (var (other, otherWave) in earlier)
            {
                if (otherWave >= wave && slice.Overlaps(other))
                    wave = otherWave + 1;
            }

            earlier.Add((slice, wave));
            if (wave == waves.Count)
                waves.Add([]);
            waves[wave].Add(slice);
        }

        return waves;
    }

    private static async Task WriteBarsAsync(NpgsqlConnection connection, SeriesCoverage coverage, List<BarSlice> wave, CancellationToken cancellationToken)
    {
        // Rows that belong together come to lie together.
        wave.Sort(static (left, right) => (left.SymbolId, left.IntervalId, left.HasBars ? left.First : 0)
            .CompareTo((right.SymbolId, right.IntervalId, right.HasBars ? right.First : 0)));

        var stored = new StoredRanges();
        var recordedAt = coverage.Now + 1;
        foreach (var slice in wave)
        {
            slice.RecordedAt = recordedAt;
            if (StreamEvents.MayTell(slice, coverage.Now))
                slice.Before = [];
            if (coverage.TryGetOverlap(slice, out var first, out var last))
                stored.Add(slice, first, last);
        }

        await stored.CompareAsync(connection, cancellationToken);
        var revised = new RevisedBars();
        foreach (var slice in wave)
        {
            slice.CountVerdicts();
            if (slice.Outcome.Revised > 0)
                revised.Add(slice);
        }

        if (wave.Any(slice => slice.Outcome.Inserted > 0))
            await BarCopy.WriteAsync(connection, wave.Where(slice => slice.Outcome.Inserted > 0), cancellationToken);

        await using (var batch = new NpgsqlBatch(connection))
        {
            revised.AddTo(batch);
            RevisedBars.Confirm(batch, stored.Confirmed);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var slice in wave)
            coverage.Apply(slice);
    }
}
