using System.Collections.Concurrent;
using Npgsql;

namespace StocksDapr.Writer.Storage;

/// <summary>
/// The ids of symbols and sources, given on first sight and cached. New ones are committed on their own, before the transaction
/// that needs them: no lock on them is ever held while another is waited for. Ids are never deleted.
/// </summary>
internal sealed class Catalog
{
    // More than any market has; beyond it something invents symbols, and memory must not pay for it.
    private const int MaxCached = 200_000;

    private const string FindSymbolsSql = "SELECT symbol, id FROM market.symbols WHERE symbol = ANY ($1)";

    private const string AddSymbolsSql =
        "INSERT INTO market.symbols (symbol, search) SELECT symbol, lower(symbol) FROM unnest($1) AS symbol ON CONFLICT (symbol) DO NOTHING";

    private const string FindSourcesSql = "SELECT name, id::integer FROM market.sources WHERE name = ANY ($1)";

    private const string AddSourcesSql = "INSERT INTO market.sources (name) SELECT name FROM unnest($1) AS name ON CONFLICT (name) DO NOTHING";

    private readonly ConcurrentDictionary<string, int> _symbols = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _sources = new(StringComparer.Ordinal);

    public Task<IReadOnlyDictionary<string, int>> GetSymbolIdsAsync(
        NpgsqlConnection connection, IEnumerable<string> symbols, CancellationToken cancellationToken) =>
        GetAsync(connection, _symbols, symbols, FindSymbolsSql, AddSymbolsSql, cancellationToken);

    public async Task<IReadOnlyDictionary<string, short>> GetSourceIdsAsync(
        NpgsqlConnection connection, IEnumerable<string> sources, CancellationToken cancellationToken)
    {
        var ids = await GetAsync(connection, _sources, sources, FindSourcesSql, AddSourcesSql, cancellationToken);
        return ids.ToDictionary(entry => entry.Key, entry => (short)entry.Value, StringComparer.Ordinal);
    }

    /// <summary>To be called whenever the database was lost: it may come back as another one, with other ids.</summary>
    public void Forget()
    {
        _symbols.Clear();
        _sources.Clear();
    }

    private static async Task<IReadOnlyDictionary<string, int>> GetAsync(
        NpgsqlConnection connection,
        ConcurrentDictionary<string, int> cache,
        IEnumerable<string> names,
        string findSql,
        string addSql,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (cache.TryGetValue(name, out var id))
                found[name] = id;
            else
                missing.Add(name);
        }

        if (missing.Count == 0)
            return found;

        if (cache.Count > MaxCached)
            cache.Clear();

        await FindAsync();
        if (missing.Count > 0)
        {
            // In ascending order, so that two writers that add the same names wait for each other in one direction only.
            await using var add = new NpgsqlCommand(addSql, connection) { Parameters = { Columns.Texts(missing.ToArray()) } };
            await add.ExecuteNonQueryAsync(cancellationToken);
            await FindAsync();
        }

        return found;

        async Task FindAsync()
        {
            await using var find = new NpgsqlCommand(findSql, connection) { Parameters = { Columns.Texts(missing.ToArray()) } };
            await using var reader = await find.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var name = reader.GetString(0);
                found[name] = cache[name] = reader.GetInt32(1);
                missing.Remove(name);
            }
        }
    }
}
