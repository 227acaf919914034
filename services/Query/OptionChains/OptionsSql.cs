namespace StocksDapr.Query.OptionChains;

/// <summary>
/// The statements behind <c>/options</c>. With <c>asOf</c> every answer is of what was recorded by then: the quote itself, or the revision that it had.
/// </summary>
internal static class OptionsSql
{
    /// <summary>$1 symbol, $2 as of, null for now.</summary>
    public const string Snapshot = """
        SELECT o.quoted_at, o.underlying_price, o.spot, s.name AS source
        FROM market.option_snapshots AS o
        JOIN market.sources AS s ON s.id = o.source_id
        WHERE o.symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1) AND ($2 IS NULL OR (o.recorded_at <= $2 AND o.quoted_at <= $2))
        ORDER BY o.quoted_at DESC
        LIMIT 1
        """;

    /// <summary>As <see cref="Snapshot"/>, of the instant $2 exactly; $3 as of.</summary>
    public const string SnapshotAt = """
        SELECT o.quoted_at, o.underlying_price, o.spot, s.name AS source
        FROM market.option_snapshots AS o
        JOIN market.sources AS s ON s.id = o.source_id
        WHERE o.symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1) AND o.quoted_at = $2 AND ($3 IS NULL OR o.recorded_at <= $3)
        """;

    /// <summary>Whether a symbol is known. $1 symbol.</summary>
    public const string Symbol = "SELECT symbol FROM market.symbols WHERE symbol = $1";

    /// <summary>$1 symbol, $2 quoted at, $3 as of, $4 expiries or null, $5 calls alone (true), puts alone (false) or null, $6 least strike, $7 greatest strike.</summary>
    public const string Chain = $"""
        WITH quotes AS ({Known} AND q.symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1) AND q.quoted_at = $2)
        {Columns}
        WHERE ($4 IS NULL OR c.expiry = ANY ($4)) AND ($5 IS NULL OR c.is_call = $5) AND ($6 IS NULL OR c.strike >= $6) AND ($7 IS NULL OR c.strike <= $7)
        ORDER BY c.expiry, c.strike, c.is_call DESC, c.contract
        """;

    /// <summary>$1 contract.</summary>
    public const string Contract = """
        SELECT c.id, c.contract, y.symbol, c.is_call, c.expiry, c.strike
        FROM market.option_contracts AS c JOIN market.symbols AS y ON y.id = c.symbol_id
        WHERE c.contract = $1
        """;

    /// <summary>$1 contract's id, $2 from, $3 as of, $4 to, $5 after this instant, $6 limit.</summary>
    public const string History = $"""
        WITH quotes AS (
            {Known} AND q.contract_id = $1 AND q.symbol_id = (SELECT symbol_id FROM market.option_contracts WHERE id = $1)
                AND ($2 IS NULL OR q.quoted_at >= $2) AND ($4 IS NULL OR q.quoted_at <= $4) AND ($5 IS NULL OR q.quoted_at > $5))
        {Columns}
        ORDER BY q.quoted_at
        LIMIT $6
        """;

    // Conditions go on behind it; the planner pushes them into both branches, where the keys are.
    private const string Known = """
        SELECT * FROM (
            SELECT quoted_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, recorded_at, volatility, delta, gamma, vega, theta, rho,
                symbol_id, contract_id, source_id, NULL::timestamptz AS superseded_at
            FROM market.option_quotes
            UNION ALL
            SELECT quoted_at, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility, recorded_at, volatility, delta, gamma, vega, theta, rho,
                symbol_id, contract_id, source_id, superseded_at
            FROM market.option_quote_revisions) AS q
        WHERE ($3 IS NULL OR q.recorded_at <= $3) AND (q.superseded_at IS NULL OR q.superseded_at > $3)
        """;

    private const string Columns = """
        SELECT c.contract, c.is_call, c.expiry, c.strike, q.bid, q.ask, q.last, q.last_trade_at, q.volume, q.open_interest, q.vendor_volatility,
            q.volatility, q.delta, q.gamma, q.vega, q.theta, q.rho, q.quoted_at, s.name AS source
        FROM quotes AS q
        JOIN market.option_contracts AS c ON c.id = q.contract_id
        JOIN market.sources AS s ON s.id = q.source_id
        """;
}
