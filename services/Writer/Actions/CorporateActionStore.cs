using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Actions;

/// <summary>Keeps splits and dividends. The later fetch wins, however late it arrives; a value that changes stays as a revision.</summary>
internal sealed class CorporateActionStore(Database database, Catalog catalog)
{
    private const string LockSql = "SELECT pg_advisory_xact_lock($1, id) FROM unnest($2) AS id";

    // Whoever comes here holds the symbols' locks. Equal values of a later fetch only move the fetch time, so that a fetch between
    // the two that arrives last does not win.
    private const string WriteSql = """
        WITH incoming AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS n(symbol_id, kind, ex_date, value, source_id, fetched_at)
        ), kept AS (
            INSERT INTO market.corporate_action_revisions
                (symbol_id, kind, ex_date, value, source_id, fetched_at, recorded_at, superseded_at)
            SELECT a.symbol_id, a.kind, a.ex_date, a.value, a.source_id, a.fetched_at, a.recorded_at, clock_timestamp()
            FROM incoming n
            JOIN market.corporate_actions a ON a.symbol_id = n.symbol_id AND a.kind = n.kind AND a.ex_date = n.ex_date
            WHERE n.fetched_at > a.fetched_at AND n.value <> a.value
        ), written AS (
            INSERT INTO market.corporate_actions AS a (symbol_id, kind, ex_date, value, source_id, fetched_at, recorded_at)
            SELECT symbol_id, kind, ex_date, value, source_id, fetched_at, clock_timestamp() FROM incoming
            ON CONFLICT (symbol_id, ex_date, kind) DO UPDATE SET
                value = EXCLUDED.value,
                source_id = CASE WHEN a.value = EXCLUDED.value THEN a.source_id ELSE EXCLUDED.source_id END,
                recorded_at = CASE WHEN a.value = EXCLUDED.value THEN a.recorded_at ELSE EXCLUDED.recorded_at END,
                fetched_at = EXCLUDED.fetched_at
            WHERE a.fetched_at < EXCLUDED.fetched_at
            RETURNING a.symbol_id)
        SELECT pg_notify('corporate_actions', symbol) FROM market.symbols WHERE id IN (SELECT symbol_id FROM written)
        """;

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<CorporateActions> messages, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var symbols = await catalog.GetSymbolIdsAsync(connection, messages.Select(message => message.Symbol), cancellationToken);
        var sources = await catalog.GetSourceIdsAsync(connection, messages.Select(message => message.Provenance.Provider), cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(
            LockSql,
            new NpgsqlParameter { Value = Locks.SymbolClass, NpgsqlDbType = NpgsqlDbType.Integer },
            Columns.Integers(symbols.Values.Order().ToArray()));

        // One statement a message: within a statement an action can be written once only.
        foreach (var message in messages)
        {
            var fetchedAt = PgTime.From(message.Provenance.FetchedAt);
            var actions = message.Actions.DistinctBy(action => (action.Kind, action.ExDate)).ToList();
            batch.Add(
                WriteSql,
                Columns.Integers(actions.ConvertAll(_ => symbols[message.Symbol])),
                Columns.Texts(actions.ConvertAll(action => action.Kind == CorporateActionKind.Split ? "split" : "dividend")),
                Columns.Dates(actions.ConvertAll(action => action.ExDate)),
                Columns.Doubles(actions.ConvertAll(action => action.Value)),
                Columns.Smallints(actions.ConvertAll(_ => sources[message.Provenance.Provider])),
                Columns.Instants(actions.ConvertAll(_ => fetchedAt)));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
