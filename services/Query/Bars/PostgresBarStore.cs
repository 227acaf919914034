using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using StocksDapr.Market;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Bars;

/// <summary>Reads bars from PostgreSQL and renders them.</summary>
internal sealed class PostgresBarStore(MarketDatabase database) : IBarStore
{
    /// <summary>Source id to name as a JSON string. A source's name never changes; new ones are read when they are met.</summary>
    private volatile Dictionary<short, byte[]> _sources = [];

    public async Task<IReadOnlyList<Series>> FindSeriesAsync(
        IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken) =>
        await database.ListAsync(
            BarsSql.FindSeries,
            [Parameter.Texts([.. symbols]), Parameter.Small(interval.Id)],
            row => new Series(
                row.GetString(0),
                interval,
                row.GetInt32(1),
                row.IsDBNull(2) ? Series.None : row.GetFieldValue<DateTimeOffset>(2).ToUnixTimeSeconds(),
                row.IsDBNull(3) ? long.MinValue : row.GetFieldValue<DateTimeOffset>(3).ToUnixTimeSeconds()),
            cancellationToken);

    public async Task<Block[]> LoadAsync(Series series, int firstPeriod, int lastPeriod, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(
            BarsSql.Load,
            [
                Parameter.Integer(series.SymbolId), Parameter.Small(series.Interval.Id),
                Parameter.Instant(BlockPeriods.Start(series.Interval, firstPeriod)),
                Parameter.Instant(BlockPeriods.Start(series.Interval, lastPeriod + 1)),
            ],
            cancellationToken);

        var blocks = new Block[lastPeriod - firstPeriod + 1];
        var next = 0;
        for (var period = firstPeriod; period <= lastPeriod; period++)
        {
            var end = BlockPeriods.Start(series.Interval, period + 1);
            var builder = new BlockBuilder(series.Interval);
            for (; next < rows.Count && rows[next].Bar.Start < end; next++)
                builder.Add(rows[next].Bar, _sources[rows[next].Source]);
            blocks[period - firstPeriod] = builder.Build();
        }

        return blocks;
    }

    public async Task<Block> LoadAsOfAsync(
        Series series, long from, long to, int limit, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(
            BarsSql.LoadAsOf,
            [
                Parameter.Integer(series.SymbolId), Parameter.Small(series.Interval.Id),
                Parameter.Instant(DateTimeOffset.FromUnixTimeSeconds(from)), Parameter.Instant(DateTimeOffset.FromUnixTimeSeconds(to)),
                Parameter.Instant(asOf), Parameter.Integer(limit),
            ],
            cancellationToken);
        var builder = new BlockBuilder(series.Interval);
        foreach (var (bar, source) in rows)
            builder.Add(bar, _sources[source]);
        return builder.Build();
    }

    private async Task<List<(Bar Bar, short Source)>> ReadAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(
            sql,
            parameters,
            row => (
                new Bar(
                    new DateTimeOffset(row.GetDateTime(0)), row.GetDouble(1), row.GetDouble(2), row.GetDouble(3), row.GetDouble(4), row.GetInt64(5)),
                row.GetInt16(6)),
            cancellationToken);

        var known = _sources;
        if (rows.Exists(row => !known.ContainsKey(row.Item2)))
            await ReadSourcesAsync(cancellationToken);
        return rows;
    }

    private async Task ReadSourcesAsync(CancellationToken cancellationToken)
    {
        var sources = await database.ListAsync(
            BarsSql.Sources, [], row => (Id: row.GetInt16(0), Name: row.GetString(1)), cancellationToken);
        _sources = sources.ToDictionary(
            source => source.Id,
            source => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(source.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));
    }
}
