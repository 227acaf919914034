using System.Collections.Concurrent;
using Npgsql;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>The ids of contracts, given on first sight and cached; as <see cref="Catalog"/>, whose rules hold here.</summary>
internal sealed class ContractCatalog
{
    // A dozen megabytes. Contracts expire, and their ids are not asked for again.
    private const int MaxCached = 200_000;

    private const string FindSql = "SELECT contract, id FROM market.option_contracts WHERE contract = ANY ($1)";

    private const string AddSql = """
        INSERT INTO market.option_contracts (contract, symbol_id, expiry, strike, is_call)
        SELECT * FROM unnest($1, $2, $3, $4, $5) ON CONFLICT (contract) DO NOTHING
        """;

    private readonly ConcurrentDictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>The ids of the contracts of a chain, in the order of its quotes.</summary>
    public async Task<int[]> GetIdsAsync(NpgsqlConnection connection, int symbolId, IReadOnlyList<CleanOptionQuote> quotes, CancellationToken cancellationToken)
    {
        var missing = quotes.Select(quote => quote.Quote).Where(quote => !_ids.ContainsKey(quote.Contract)).DistinctBy(quote => quote.Contract)
            .OrderBy(quote => quote.Contract, StringComparer.Ordinal).ToList();
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        if (missing.Count > 0)
        {
            if (_ids.Count > MaxCached)
                _ids.Clear();
            await FindAsync();
            var unknown = missing.FindAll(quote => !found.ContainsKey(quote.Contract));
            if (unknown.Count > 0)
            {
                await using var add = new NpgsqlCommand(AddSql, connection)
                {
                    Parameters =
                    {
                        Columns.Texts(unknown.ConvertAll(quote => quote.Contract)),
                        Columns.Integers(unknown.ConvertAll(_ => symbolId)),
                        Columns.Dates(unknown.ConvertAll(quote => quote.Expiry)),
                        Columns.Doubles(unknown.ConvertAll(quote => quote.Strike)),
                        Columns.Booleans(unknown.ConvertAll(quote => quote.Type == OptionType.Call)),
                    },
                };
                await add.ExecuteNonQueryAsync(cancellationToken);
                await FindAsync();
            }
        }

        return [.. quotes.Select(quote => found.TryGetValue(quote.Quote.Contract, out var id) ? id : _ids[quote.Quote.Contract])];

        async Task FindAsync()
        {
            await using var find = new NpgsqlCommand(FindSql, connection) { Parameters = { Columns.Texts(missing.ConvertAll(quote => quote.Contract)) } };
            await using var reader = await find.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found[reader.GetString(0)] = _ids[reader.GetString(0)] = reader.GetInt32(1);
        }
    }

    /// <summary>To be called whenever the database was lost: it may come back as another one, with other ids.</summary>
    public void Forget() => _ids.Clear();
}
