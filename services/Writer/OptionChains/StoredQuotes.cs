using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>
/// Compares a chain with what is stored of the same instant, usually nothing. The caller holds the lock of the underlying. What the provider said decides;
/// what we compute from it does not: computed again with another rate it is no other quote.
/// </summary>
internal static class StoredQuotes
{
    private const string Sql = """
        SELECT contract_id, fetched_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility
        FROM market.option_quotes WHERE symbol_id = $1 AND quoted_at = $2
        """;

    /// <summary>Gives every quote that is stored its verdict.</summary>
    public static async Task CompareAsync(NpgsqlConnection connection, ChainSlice slice, CancellationToken cancellationToken)
    {
        var indexes = new Dictionary<int, int>(slice.ContractIds.Length);
        for (var i = 0; i < slice.ContractIds.Length; i++)
        {
            // A message has each contract once; one that has it twice all the same says two things of one fetch.
            if (!indexes.TryAdd(slice.ContractIds[i], i))
                slice.Verdicts[i] = Verdict.Conflict;
        }

        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = slice.SymbolId, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = slice.QuotedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!indexes.TryGetValue(reader.GetInt32(0), out var i))
                continue;

            var newer = slice.FetchedAt.CompareTo(reader.GetFieldValue<long>(1));
            var same = Same(slice.Message.Quotes[i].Quote, reader);
            slice.Verdicts[i] = newer < 0 || (same && newer == 0) ? Verdict.Leave : same ? Verdict.Confirm : newer > 0 ? Verdict.Revise : Verdict.Conflict;
        }
    }

    private static bool Same(RawOptionQuote quote, NpgsqlDataReader row) =>
        Nullable.Equals(quote.Bid, Value<double>(row, 2)) && Nullable.Equals(quote.Ask, Value<double>(row, 3)) && Nullable.Equals(quote.Last, Value<double>(row, 4))
        && Nullable.Equals(quote.LastTradeAt is { } trade ? PgTime.From(trade) : default(long?), Value<long>(row, 5))
        && Nullable.Equals(quote.Volume, Value<long>(row, 6)) && Nullable.Equals(quote.OpenInterest, Value<long>(row, 7))
        && Nullable.Equals(quote.ImpliedVolatility, Value<double>(row, 8));

    private static T? Value<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
