using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Writer.Bars;

namespace StocksDapr.Writer.Tests.Bars;

/// <summary>
/// Delivers every message twice, in random order and in transactions of random size, by two replicas at once, and compares the tables with a
/// model that knows only the rule: the values of the latest fetch.
/// </summary>
public sealed class ConvergenceTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly string[] Symbols = ["AAA", "BBB", "CCC", "DDD"];
    private static readonly Interval[] Intervals = [Interval.OneDay, Interval.FifteenMinutes];
    private static readonly DateTimeOffset Monday = new(2019, 12, 30, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_the_order_the_tables_end_as_the_rule_says(int seed)
    {
        await using var market = await MarketDatabase.CreateAsync(postgres);
        var random = new Random(seed);
        var messages = Enumerable.Range(0, 150).Select(number => Message(random, number)).ToList();
        var deliveries = messages.Concat(messages).ToArray();
        random.Shuffle(deliveries);
        var half = deliveries.Length / 2;

        await Task.WhenAll(
            DeliverAsync(market.NewStore(), deliveries[..half], new Random(seed + 100)),
            DeliverAsync(market.NewStore(), deliveries[half..], new Random(seed + 200)));

        (await market.RowsAsync("""
            SELECT symbol, interval_id, extract(epoch FROM start)::bigint, close, extract(epoch FROM fetched_at)::bigint
            FROM market.bars JOIN market.symbols s ON s.id = symbol_id ORDER BY symbol, interval_id, start
            """)).Should().Equal(Model(messages));
        (await market.RowsAsync("""
            SELECT s.symbol_id FROM market.series s
            FULL JOIN (SELECT symbol_id, interval_id, count(*) AS bars, min(start) AS first, max(start) AS last FROM market.bars GROUP BY 1, 2) b
                USING (symbol_id, interval_id)
            WHERE (s.bars, s.first_start, s.last_start) IS DISTINCT FROM (b.bars, b.first, b.last)
            """)).Should().BeEmpty("the coverage of a series is exact");

        // Known at an instant: the revisions of a bar and the bar itself follow each other without a gap.
        (await market.RowsAsync("""
            SELECT start FROM (
                SELECT *, lead(recorded_at) OVER (PARTITION BY symbol_id, interval_id, start ORDER BY recorded_at) AS next FROM (
                    SELECT symbol_id, interval_id, start, recorded_at, superseded_at, fetched_at FROM market.bar_revisions
                    UNION ALL
                    SELECT symbol_id, interval_id, start, recorded_at, NULL, fetched_at FROM market.bars) known) steps
            WHERE superseded_at IS DISTINCT FROM next OR recorded_at >= superseded_at
            """)).Should().BeEmpty();

        // Receipts count each message once, whichever delivery came first.
        (await market.RowsAsync("""
            SELECT count(*), sum(received), sum(inserted) = (SELECT count(*) FROM market.bars), sum(revised) = (SELECT count(*) FROM market.bar_revisions),
                bool_and(received = inserted + revised + unchanged + quarantined + repeated)
            FROM market.import_batches
            """)).Should().Equal($"{messages.Count}|{messages.Sum(message => message.Bars.Count + 1)}|True|True|True");
        (await market.ScalarAsync<long>("SELECT count(*) FROM market.quarantine")).Should().Be(messages.Select(message => (message.Symbol, message.Interval)).Distinct().Count());
        (await market.ScalarAsync<long>("SELECT count(*) FROM market.quarantine_lines")).Should().Be(messages.Count);
    }

    private static async Task DeliverAsync(BarStore store, CleanBars[] deliveries, Random random)
    {
        for (var i = 0; i < deliveries.Length;)
        {
            var size = Math.Min(random.Next(1, 12), deliveries.Length - i);
            await store.WriteAsync([.. deliveries[i..(i + size)].Select(PreparedBars.From)], CancellationToken.None);
            i += size;
        }
    }

    private static CleanBars Message(Random random, int number)
    {
        var symbol = Symbols[random.Next(Symbols.Length)];
        var interval = Intervals[random.Next(Intervals.Length)];
        var step = interval.Length;
        var first = random.Next(0, 120);
        var bars = new List<Bar>();
        for (var i = 0; i < 60; i++)
        {
            // Few different values, so that later fetches often repeat what is there; some bars left out, so that runs break.
            if (random.Next(5) > 0)
                bars.Add(new Bar(Monday + ((first + i) * step), 1, 1, 1, random.Next(3), 1));
        }

        var wrong = new QuarantinedBar("not-a-number", "The close is no number.", new RawBar(Monday, 1, 1, 1, new RawValue("n/a"), 1, number));

        // No two fetches at the same time: for those the first that arrives stays, which no model can know.
        var fetched = CleanBarsOf.Fetched.AddSeconds((number * 7919) % 150);
        return new CleanBars(symbol, interval, new Provenance("test", "r", fetched, new ImportBatch("import", number)), bars, [wrong], []);
    }

    private static IEnumerable<string> Model(IEnumerable<CleanBars> messages) => messages
        .SelectMany(message => message.Bars, (message, bar) => (message.Symbol, message.Interval.Id, bar.Start, bar.Close, message.Provenance.FetchedAt))
        .GroupBy(bar => (bar.Symbol, bar.Id, bar.Start))
        .Select(group => group.MaxBy(bar => bar.FetchedAt))
        .OrderBy(bar => bar.Symbol, StringComparer.Ordinal).ThenBy(bar => bar.Id).ThenBy(bar => bar.Start)
        .Select(bar => string.Create(
            CultureInfo.InvariantCulture, $"{bar.Symbol}|{bar.Id}|{bar.Start.ToUnixTimeSeconds()}|{bar.Close}|{bar.FetchedAt.ToUnixTimeSeconds()}"));
}
