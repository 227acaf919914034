using System.Globalization;
using Npgsql;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Listings;

/// <summary>Keeps what is known about instruments. The later fetch wins, however late it arrives.</summary>
internal sealed class InstrumentStore(Database database, Catalog catalog)
{
    private const int MaxAliases = 50;

    private const string LockSql = "SELECT id FROM market.symbols WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE";

    private const string WriteSql = """
        WITH changed AS (
            UPDATE market.symbols s
            SET name = n.name, exchange = n.exchange, currency = n.currency, sector = n.sector, search = n.search,
                aliases = coalesce(string_to_array(n.aliases, chr(31)), '{}'), instrument_fetched_at = n.fetched_at, instrument_source_id = n.source_id
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS n(id, name, exchange, currency, sector, search, aliases, fetched_at, source_id)
            WHERE s.id = n.id AND (s.instrument_fetched_at IS NULL OR s.instrument_fetched_at < n.fetched_at)
            RETURNING s.symbol)
        SELECT pg_notify('instruments', symbol) FROM changed
        """;

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<Instruments> messages, CancellationToken cancellationToken)
    {
        var rows = new List<Row>();
        foreach (var message in messages)
            rows.AddRange(message.Items.Select(item => new Row(item, message.Provenance.Provider, PgTime.From(message.Provenance.FetchedAt))));

        // Of several about one symbol the latest; an UPDATE would take any of them.
        rows = [.. rows.GroupBy(row => row.Item.Symbol, StringComparer.Ordinal).Select(group => group.MaxBy(row => row.FetchedAt)!)];
        await using var connection = await database.OpenAsync(cancellationToken);
        var symbols = await catalog.GetSymbolIdsAsync(connection, rows.Select(row => row.Item.Symbol), cancellationToken);
        var sources = await catalog.GetSourceIdsAsync(connection, rows.Select(row => row.Provider), cancellationToken);
        var ids = rows.ConvertAll(row => symbols[row.Item.Symbol]);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(LockSql, Columns.Integers(ids));
        batch.Add(
            WriteSql,
            Columns.Integers(ids),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Item.Name, 300))),
            Columns.Texts(rows.ConvertAll(row => Optional(row.Item.Exchange))),
            Columns.Texts(rows.ConvertAll(row => Optional(row.Item.Currency))),
            Columns.Texts(rows.ConvertAll(row => Optional(row.Item.Sector))),
            Columns.Texts(rows.ConvertAll(row => row.Search)),
            Columns.Texts(rows.ConvertAll(row => row.Aliases.Count == 0 ? null : string.Join('\u001F', row.Aliases))),
            Columns.Instants(rows.ConvertAll(row => row.FetchedAt)),
            Columns.Smallints(rows.ConvertAll(row => sources[row.Provider])));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static string? Optional(string? text) => string.IsNullOrWhiteSpace(text) ? null : StorableText.Of(text, 100);

    private sealed record Row(Instrument Item, string Provider, long FetchedAt)
    {
        public IReadOnlyList<string> Aliases { get; } =
            [.. (Item.Aliases ?? []).Where(alias => !string.IsNullOrWhiteSpace(alias)).Take(MaxAliases).Select(alias => StorableText.Of(alias.Replace('\u001F', ' '), 300))];

        public string Search => StorableText.Of(string.Join(' ', [Item.Symbol, Item.Name, .. Aliases]).ToLower(CultureInfo.InvariantCulture));
    }
}
