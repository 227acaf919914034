using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>Quotes whose values change: the stored row moves to the revisions, then takes the new values.</summary>
internal static class RevisedQuotes
{
    // Clocks can be set back; a revision was known for a moment at least.
    private const string KeepSql = """
        INSERT INTO market.option_quote_revisions
            (quoted_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, fetched_at, recorded_at,
             volatility, delta, gamma, vega, theta, rho, symbol_id, contract_id, source_id, superseded_at)
        SELECT quoted_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, fetched_at, recorded_at,
             volatility, delta, gamma, vega, theta, rho, symbol_id, contract_id, source_id, greatest($4, recorded_at + interval '1 microsecond')
        FROM market.option_quotes WHERE symbol_id = $1 AND quoted_at = $2 AND contract_id = ANY ($3)
        """;

    private const string ReviseSql = """
        UPDATE market.option_quotes q
        SET bid = n.bid, ask = n.ask, last = n.last, last_trade_at = n.last_trade_at, volume = n.volume, open_interest = n.open_interest,
            vendor_volatility = n.vendor_volatility, volatility = n.volatility, delta = n.delta, gamma = n.gamma, vega = n.vega, theta = n.theta, rho = n.rho,
            fetched_at = $3, recorded_at = greatest($4, q.recorded_at + interval '1 microsecond'), source_id = $5
        FROM unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            AS n(contract_id, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, volatility, delta, gamma, vega, theta, rho)
        WHERE q.symbol_id = $1 AND q.quoted_at = $2 AND q.contract_id = n.contract_id
        """;

    // A later fetch that repeats the values is remembered, so that a fetch between the two that arrives last does not win.
    private const string ConfirmSql = """
        UPDATE market.option_quotes SET fetched_at = $4
        WHERE symbol_id = $1 AND quoted_at = $2 AND contract_id = ANY ($3) AND fetched_at < $4
        """;

    public static void AddTo(NpgsqlBatch batch, ChainSlice slice)
    {
        var confirmed = slice.With(Verdict.Confirm).Select(i => slice.ContractIds[i]).ToList();
        if (confirmed.Count > 0)
            batch.Add(ConfirmSql, Symbol(slice), Instant(slice.QuotedAt), Columns.Integers(confirmed), Instant(slice.FetchedAt));

        var revised = slice.With(Verdict.Revise).ToList();
        if (revised.Count == 0)
            return;

        var ids = revised.ConvertAll(i => slice.ContractIds[i]);
        batch.Add(KeepSql, Symbol(slice), Instant(slice.QuotedAt), Columns.Integers(ids), Instant(slice.RecordedAt));
        batch.Add(
            ReviseSql,
            Symbol(slice), Instant(slice.QuotedAt), Instant(slice.FetchedAt), Instant(slice.RecordedAt),
            new NpgsqlParameter { Value = slice.SourceId, NpgsqlDbType = NpgsqlDbType.Smallint },
            Columns.Integers(ids),
            Columns.Doubles(Said(quote => quote.Bid)), Columns.Doubles(Said(quote => quote.Ask)), Columns.Doubles(Said(quote => quote.Last)),
            Columns.Instants(Said(quote => quote.LastTradeAt is { } trade ? PgTime.From(trade) : default(long?))),
            Columns.Bigints(Said(quote => quote.Volume)), Columns.Bigints(Said(quote => quote.OpenInterest)), Columns.Doubles(Said(quote => quote.ImpliedVolatility)),
            Columns.Reals(Ours(valuation => valuation.Volatility)), Columns.Reals(Ours(valuation => valuation.Delta)), Columns.Reals(Ours(valuation => valuation.Gamma)),
            Columns.Reals(Ours(valuation => valuation.Vega)), Columns.Reals(Ours(valuation => valuation.Theta)), Columns.Reals(Ours(valuation => valuation.Rho)));

        List<T> Said<T>(Func<RawOptionQuote, T> value) => revised.ConvertAll(i => value(slice.Message.Quotes[i].Quote));

        List<float?> Ours(Func<OptionValuation, double> value) =>
            revised.ConvertAll(i => slice.Message.Quotes[i].Valuation is { } valuation ? (float)value(valuation) : default(float?));
    }

    private static NpgsqlParameter Symbol(ChainSlice slice) => new() { Value = slice.SymbolId, NpgsqlDbType = NpgsqlDbType.Integer };

    private static NpgsqlParameter Instant(long instant) => new() { Value = instant, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
