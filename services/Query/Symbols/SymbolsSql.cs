namespace StocksDapr.Query.Symbols;

internal static class SymbolsSql
{
    /// <summary>$1 after this symbol (null: from the beginning), $2 limit.</summary>
    public const string List = """
        SELECT symbol, name, exchange, currency, sector, aliases
        FROM market.symbols
        WHERE $1 IS NULL OR symbol > $1
        ORDER BY symbol
        LIMIT $2
        """;

    /// <summary>
    /// $1 what is searched, lower case; $2 the same with LIKE's wildcards escaped; $3 the same in upper case; $4 limit; $5 offset. The symbol itself
    /// first, then symbols that begin so, names and aliases, texts that contain it, and what only resembles it. The trigram index serves the
    /// last two; <c>pg_trgm.word_similarity_threshold</c> is set for the session.
    /// </summary>
    public const string Search = """
        SELECT symbol, name, exchange, currency, sector, aliases
        FROM (
            SELECT y.*,
                CASE
                    WHEN y.symbol = upper($1) THEN 0
                    WHEN y.symbol LIKE $3 || '%' THEN 1
                    WHEN lower(y.name) = $1 OR EXISTS (SELECT FROM unnest(y.aliases) AS a WHERE lower(a) = $1) THEN 2
                    WHEN lower(y.name) LIKE $2 || '%' OR EXISTS (SELECT FROM unnest(y.aliases) AS a WHERE lower(a) LIKE $2 || '%') THEN 3
                    WHEN y.search LIKE '%' || $2 || '%' THEN 4
                    ELSE 5
                END AS rank,
                word_similarity($1, y.search) AS score
            FROM market.symbols AS y
            WHERE y.symbol LIKE $3 || '%' OR y.search LIKE '%' || $2 || '%' OR $1 <% y.search
        ) AS found
        ORDER BY rank, score DESC, symbol
        LIMIT $4 OFFSET $5
        """;

    /// <summary>$1 symbol.</summary>
    public const string One = """
        SELECT symbol, name, exchange, currency, sector, aliases, first_seen_at
        FROM market.symbols
        WHERE symbol = $1
        """;

    /// <summary>$1 symbol.</summary>
    public const string Actions = """
        SELECT c.kind, c.ex_date, c.value, s.name AS source
        FROM market.corporate_actions AS c
        JOIN market.symbols AS y ON y.id = c.symbol_id
        JOIN market.sources AS s ON s.id = c.source_id
        WHERE y.symbol = $1
        ORDER BY c.ex_date, c.kind
        """;
}
