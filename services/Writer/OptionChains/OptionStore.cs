using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Quality;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>
/// Stores option chains, all messages of a delivery in one transaction. New quotes are copied straight into their partition. A quote is known by its
/// contract and instant, and the rule is that of bars (<see cref="BarStore"/>): the later fetch wins, however late it arrives; equal values change nothing;
/// what is replaced stays as a revision; of one fetch that says two things the first stays and the second goes to quarantine.
/// </summary>
internal sealed class OptionStore(Database database, Catalog catalog, ContractCatalog contracts)
{
    private const string LockSql = "SELECT pg_advisory_xact_lock($1, id) FROM unnest($2) AS id";

    private const string ClockSql = "SELECT clock_timestamp()";

    private const string PartitionSql = "SELECT market.create_option_partition($1)";

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<CleanOptionChain> messages, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var slices = await ResolveAsync(connection, messages, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = await LockAsync(connection, slices, cancellationToken);
        var quarantine = new QuarantineRows();
        foreach (var slice in slices)
        {
            slice.RecordedAt = now;
            await WriteQuotesAsync(connection, slice, cancellationToken);
            foreach (var broken in slice.Message.Quarantined)
                quarantine.Add(slice, broken);
            foreach (var i in slice.With(Verdict.Conflict))
            {
                quarantine.Add(slice, new QuarantinedOptionQuote(
                    ChainSlice.ConflictRule, "Another quote of the contract for the same instant came from the same fetch; that one was kept.", slice.Message.Quotes[i].Quote));
            }
        }

        await using (var batch = new NpgsqlBatch(connection))
        {
            foreach (var slice in slices)
                SnapshotRows.AddTo(batch, slice);
            quarantine.AddTo(batch);
            FindingRows.AddTo(batch, slices);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Symbols, sources, contracts and partitions come before the transaction, each committed on its own.</summary>
    private async Task<List<ChainSlice>> ResolveAsync(NpgsqlConnection connection, IReadOnlyList<CleanOptionChain> messages, CancellationToken cancellationToken)
    {
        try
        {
            var symbols = await catalog.GetSymbolIdsAsync(connection, messages.Select(message => message.Underlying), cancellationToken);
            var sources = await catalog.GetSourceIdsAsync(connection, messages.Select(message => message.Provenance.Provider), cancellationToken);
            var slices = new List<ChainSlice>(messages.Count);
            foreach (var message in messages)
            {
                var symbolId = symbols[message.Underlying];
                slices.Add(new ChainSlice(
                    message, symbolId, sources[message.Provenance.Provider], await contracts.GetIdsAsync(connection, symbolId, message.Quotes, cancellationToken)));
            }

            foreach (var month in new SortedSet<DateOnly>(messages.Select(message => DateOnly.FromDateTime(message.QuotedAt.UtcDateTime)).Select(day => day.AddDays(1 - day.Day))))
            {
                await using var partition = new NpgsqlCommand(PartitionSql, connection) { Parameters = { new() { Value = month, NpgsqlDbType = NpgsqlDbType.Date } } };
                await partition.ExecuteNonQueryAsync(cancellationToken);
            }

            return slices;
        }
        catch (NpgsqlException)
        {
            // What is remembered may be of another database by now.
            catalog.Forget();
            contracts.Forget();
            throw;
        }
    }

    /// <summary>Takes the locks of the underlyings in ascending order, which excludes deadlocks among writers; the database's clock afterwards.</summary>
    private static async Task<long> LockAsync(NpgsqlConnection connection, List<ChainSlice> slices, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            LockSql,
            new NpgsqlParameter { Value = Locks.OptionClass, NpgsqlDbType = NpgsqlDbType.Integer },
            Columns.Integers(new SortedSet<int>(slices.Select(slice => slice.SymbolId)).ToArray()));
        batch.Add(ClockSql);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<long>(0);
    }

    private static async Task WriteQuotesAsync(NpgsqlConnection connection, ChainSlice slice, CancellationToken cancellationToken)
    {
        await StoredQuotes.CompareAsync(connection, slice, cancellationToken);
        await QuoteCopy.WriteAsync(connection, slice, cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        RevisedQuotes.AddTo(batch, slice);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
