using Npgsql;
using NpgsqlTypes;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.OptionChains;

/// <summary>A chain's instant, and the price of the underlying then.</summary>
internal sealed record Snapshot(DateTimeOffset QuotedAt, double? UnderlyingPrice, double? Spot, string Source);

/// <summary>A contract without its quotes.</summary>
internal sealed record KnownContract(int Id, string Contract, string Symbol, string Type, DateOnly Expiry, double Strike);

/// <summary>Reads chains and contracts.</summary>
internal sealed class OptionReader(MarketDatabase database)
{
    /// <summary>The latest snapshot of a symbol, or the latest that was known at an instant; null when there is none.</summary>
    public Task<Snapshot?> LatestAsync(string symbol, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        database.FirstAsync(OptionsSql.Snapshot, [Parameter.Text(symbol), Parameter.Instant(asOf)], ReadSnapshot, cancellationToken);

    /// <summary>The snapshot of an instant, from which the first page of an answer came.</summary>
    public Task<Snapshot?> AtAsync(string symbol, DateTimeOffset quotedAt, DateTimeOffset? asOf, CancellationToken cancellationToken) =>
        database.FirstAsync(OptionsSql.SnapshotAt, [Parameter.Text(symbol), Parameter.Instant(quotedAt), Parameter.Instant(asOf)], ReadSnapshot, cancellationToken);

    public async Task<bool> IsSymbolAsync(string symbol, CancellationToken cancellationToken) =>
        (await database.ListAsync(OptionsSql.Symbol, [Parameter.Text(symbol)], static _ => true, cancellationToken)).Count > 0;

    /// <summary>The quotes of a snapshot in order of expiry, strike and type.</summary>
    public Task<List<ContractQuote>> ChainAsync(string symbol, Snapshot snapshot, ChainFilter filter, CancellationToken cancellationToken) =>
        database.ListAsync(
            OptionsSql.Chain,
            [
                Parameter.Text(symbol), Parameter.Instant(snapshot.QuotedAt), Parameter.Instant(filter.AsOf),
                new NpgsqlParameter { Value = (object?)filter.Expiries ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date },
                Parameter.Boolean(filter.Calls), Parameter.Real(filter.Strikes?.Least), Parameter.Real(filter.Strikes?.Greatest),
            ],
            ReadQuote, cancellationToken);

    public Task<KnownContract?> ContractAsync(string contract, CancellationToken cancellationToken) =>
        database.FirstAsync(
            OptionsSql.Contract, [Parameter.Text(contract)],
            row => new KnownContract(row.Integer("id"), row.Text("contract"), row.Text("symbol"), Type(row), Date(row), row.Real("strike")), cancellationToken);

    /// <summary>The quotes of a contract, ascending.</summary>
    public Task<List<ContractQuote>> HistoryAsync(
        int contractId, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset? asOf, DateTimeOffset? after, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
            OptionsSql.History,
            [Parameter.Integer(contractId), Parameter.Instant(from), Parameter.Instant(asOf), Parameter.Instant(to), Parameter.Instant(after), Parameter.Integer(limit)],
            ReadQuote, cancellationToken);

    private static Snapshot ReadSnapshot(NpgsqlDataReader row) =>
        new(row.Instant("quoted_at"), row.RealOrNull("underlying_price"), row.RealOrNull("spot"), row.Text("source"));

    private static ContractQuote ReadQuote(NpgsqlDataReader row)
    {
        var (bid, ask, quotedAt, lastTradeAt) = (row.RealOrNull("bid"), row.RealOrNull("ask"), row.Instant("quoted_at"), row.InstantOrNull("last_trade_at"));

        // The middle of two prices in cents has a digit more than they have, and no more noise than that.
        double? mid = bid is { } low && ask is { } high && low <= high ? Math.Round((low + high) / 2, 6) : null;
        return new ContractQuote(
            row.Text("contract"), Type(row), Date(row), row.Real("strike"), bid, ask, mid,
            row.RealOrNull("last"), lastTradeAt, lastTradeAt is { } trade ? Math.Max((quotedAt - trade).TotalSeconds, 0) : null, row.LongOrNull("volume"),
            row.LongOrNull("open_interest"), row.SingleOrNull("volatility"), row.SingleOrNull("delta"), row.SingleOrNull("gamma"), row.SingleOrNull("vega"),
            row.SingleOrNull("theta"), row.SingleOrNull("rho"), row.RealOrNull("vendor_volatility"), quotedAt, row.Text("source"));
    }

    private static string Type(NpgsqlDataReader row) => row.Flag("is_call") ? "call" : "put";

    private static DateOnly Date(NpgsqlDataReader row) => row.GetFieldValue<DateOnly>(row.GetOrdinal("expiry"));
}
