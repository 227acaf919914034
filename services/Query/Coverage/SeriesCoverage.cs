using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Coverage;

/// <summary>What there is of one series.</summary>
/// <param name="First">Start of the earliest bar: a date, or a UTC instant for intraday bars; as <paramref name="Last"/>.</param>
internal sealed record SeriesItem(string Symbol, string Interval, string First, string Last, long Bars);

/// <summary>Which bars there are, as Writer counts them in the transaction that writes them.</summary>
internal sealed class SeriesCoverage(MarketDatabase database)
{
    /// <summary>$1 symbols (null: all), $2 interval (null: all).</summary>
    private const string Sql = """
        SELECT y.symbol, r.interval_id, r.first_start, r.last_start, r.bars
        FROM market.series AS r
        JOIN market.symbols AS y ON y.id = r.symbol_id
        WHERE ($1 IS NULL OR y.symbol = ANY ($1)) AND ($2 IS NULL OR r.interval_id = $2)
        ORDER BY y.symbol, r.interval_id
        """;

    public Task<List<SeriesItem>> ListAsync(string[]? symbols, Interval? interval, CancellationToken cancellationToken) =>
        database.ListAsync(
            Sql,
            [Parameter.Texts(symbols), Parameter.Small(interval?.Id)],
            row =>
            {
                var length = Interval.FromId(row.GetInt16(1));
                return new SeriesItem(
                    row.GetString(0),
                    length.Code,
                    BarTime.ToText(row.GetFieldValue<DateTimeOffset>(2), length),
                    BarTime.ToText(row.GetFieldValue<DateTimeOffset>(3), length),
                    row.GetInt64(4));
            },
            cancellationToken);
}
