using System.Globalization;
using System.Net;
using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Bars;

public sealed class BarsFormTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset Now = new(2020, 6, 15, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Csv_says_the_same_as_json_and_pages_by_headers()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Sample.Day(2013, 2, 8), 67.7142, 68.4014, 66.8928, 67.8542, 158168416)], "a \"b\", c");
        await market.StoreAsync("MSFT", Interval.OneDay, [new Bar(Sample.Day(2013, 2, 8), 0.1, 0.3, 1e-7, 0.2, 1)], "=cmd()");
        await using var query = await TestQuery.StartAsync(market);

        var (text, next) = await CsvAsync(query, "/bars?symbols=AAPL,XYZ,MSFT&limit=1");
        text.Should().Be("symbol,t,open,high,low,close,volume,source\r\nAAPL,2013-02-08,67.7142,68.4014,66.8928,67.8542,158168416,\"a \"\"b\"\", c\"\r\n");
        (text, next) = await CsvAsync(query, $"/bars?symbols=AAPL,XYZ,MSFT&limit=1&cursor={next}");
        text.Should().Be("symbol,t,open,high,low,close,volume,source\r\nMSFT,2013-02-08,0.1,0.3,1E-07,0.2,1,'=cmd()\r\n");
        next.Should().BeNull();
    }

    [Fact]
    public async Task An_entity_tag_spares_what_is_known_and_changes_with_the_bars()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2013, 2, 8), 30));
        await using var query = await TestQuery.StartAsync(market);
        await using var replica = await TestQuery.StartAsync(market);
        const string Path = "/bars/AAPL?from=2013-02-10&to=2013-02-20";
        var tag = await TagAsync(query, Path);

        (await TagAsync(replica, Path)).Should().Be(tag, "replicas agree");
        (await TagAsync(query, "/bars/AAPL?from=2013-02-10&to=2013-02-21")).Should().NotBe(tag);
        (await StatusAsync(query, Path, tag)).Should().Be(HttpStatusCode.NotModified);
        (await StatusAsync(query, Path, $"\"other\", W/{tag}")).Should().Be(HttpStatusCode.NotModified);
        (await StatusAsync(query, Path, "*")).Should().Be(HttpStatusCode.NotModified);
        (await StatusAsync(query, Path, "\"other\"")).Should().Be(HttpStatusCode.OK);

        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Sample.Day(2013, 2, 15), 1, 1, 1, 1, 1)]);
        await Eventually.PassAsync(async () => (await StatusAsync(query, Path, tag)).Should().Be(HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("/bars/AAPL?to=2020-06-14", "private, max-age=300")]
    [InlineData("/bars/AAPL?to=2020-06-15", "private, no-cache")]
    [InlineData("/bars/AAPL", "private, no-cache")]
    [InlineData("/bars/AAPL?limit=5", "private, max-age=300")]
    [InlineData("/bars?symbols=AAPL,XYZ&to=2020-06-14", "private, no-cache")]
    [InlineData("/bars/AAPL?from=2020-06-14&to=2020-06-14", "private, no-cache")]
    [InlineData("/bars/AAPL?asOf=2020-06-15T12:00:00Z", "private, max-age=31536000, immutable")]
    [InlineData("/bars/AAPL?asOf=2020-06-15T13:59:00Z", "private, no-cache")]
    public async Task Only_what_is_over_may_be_kept(string path, string cacheControl)
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2013, 2, 8), 30));
        await using var query = await TestQuery.StartAsync(market.ConnectionString, new ManualTimeProvider(Now));

        using var answer = await query.Client.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.GetValues("Cache-Control").Single().Split(", ").Should().BeEquivalentTo(cacheControl.Split(", "));
    }

    [Theory]
    [InlineData(null, "</api/v1/bars/AAPL?")]
    [InlineData("/other/v2/", "</other/v2/bars/AAPL?")]
    [InlineData("//evil.example", "</api/v1/bars/AAPL?")]
    [InlineData("/a>b", "</api/v1/bars/AAPL?")]
    public async Task The_link_leads_through_the_prefix_that_the_gateway_took_off(string? prefix, string begin)
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2013, 2, 8), 30));
        await using var query = await TestQuery.StartAsync(market);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bars/AAPL?limit=5&from=2013-02-08T00:00:00%2B00:00");
        if (prefix is not null)
            request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);

        using var answer = await query.Client.SendAsync(request);

        var link = answer.Headers.GetValues("Link").Single();
        link.Should().StartWith(begin);
        var path = link[link.IndexOf("/bars", StringComparison.Ordinal)..link.IndexOf('>', StringComparison.Ordinal)];
        (await query.GetAsync(path))["bars"]!["AAPL"]![0]!["t"]!.GetValue<string>().Should().Be("2013-02-13");
    }

    [Fact]
    public async Task As_of_an_instant_answers_what_was_known_then()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        var days = Sample.Days(Sample.Day(2013, 2, 8), 10).ToArray();
        var before = await ClockAsync(market);
        await market.StoreAsync("AAPL", Interval.OneDay, days[..8]);
        var first = await ClockAsync(market);
        await market.StoreAsync("AAPL", Interval.OneDay, [days[3] with { Close = 99 }, days[8], days[9]]);
        var second = await ClockAsync(market);
        await market.StoreAsync("AAPL", Interval.OneDay, [days[3] with { Close = 100 }]);
        await using var query = await TestQuery.StartAsync(market);

        (await ClosesAsync(query, $"asOf={before}")).Should().BeEmpty();
        (await ClosesAsync(query, $"asOf={first}")).Should().Equal(days[..8].Select(day => day.Close));
        (await ClosesAsync(query, $"asOf={second}")).Should().Equal(days.Select((day, i) => i == 3 ? 99 : day.Close));
        (await ClosesAsync(query, "limit=100")).Should().Equal(days.Select((day, i) => i == 3 ? 100 : day.Close));

        var page = await query.GetAsync($"/bars/AAPL?asOf={first}&limit=5");
        var rest = await query.GetAsync($"/bars/AAPL?asOf={first}&limit=5&cursor={page["next"]!.GetValue<string>()}");
        rest["bars"]!["AAPL"]!.AsArray().Should().HaveCount(3);
        rest["next"].Should().BeNull();
    }

    [Fact]
    public async Task Every_interval_is_read_across_its_blocks()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        foreach (var interval in Interval.All)
            await market.StoreAsync("AAPL", interval, Sample.Series(new DateTimeOffset(2019, 12, 30, 0, 0, 0, TimeSpan.Zero), interval.Length * (interval.IsIntraday ? 11 : 2), 200));
        await using var query = await TestQuery.StartAsync(market);

        foreach (var interval in Interval.All)
        {
            var got = (await query.GetAsync($"/bars/AAPL?interval={interval.Code}&limit=10000"))["bars"]!["AAPL"]!.AsArray();
            got.Select(bar => bar!["volume"]!.GetValue<long>()).Should().Equal(Enumerable.Range(1_000, 200).Select(i => (long)i), interval.Code);
        }
    }

    private static async Task<string> ClockAsync(TestMarket market)
    {
        await using var command = market.Admin.CreateCommand("SELECT clock_timestamp()");
        return ((DateTime)(await command.ExecuteScalarAsync())!).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
    }

    private static async Task<List<double>> ClosesAsync(TestQuery query, string parameters) =>
        [.. (await query.GetAsync($"/bars/AAPL?{parameters}"))["bars"]!["AAPL"]!.AsArray().Select(bar => bar!["close"]!.GetValue<double>())];

    private static async Task<(string Text, string? Next)> CsvAsync(TestQuery query, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/csv");
        using var answer = await query.Client.SendAsync(request);
        answer.Headers.GetValues("X-Symbol-Errors").Single().Should().Be("XYZ=unknown_symbol");
        return (await answer.Content.ReadAsStringAsync(), answer.Headers.TryGetValues("X-Next-Cursor", out var next) ? next.Single() : null);
    }

    private static async Task<string> TagAsync(TestQuery query, string path)
    {
        using var answer = await query.Client.GetAsync(path);
        return answer.Headers.ETag!.ToString();
    }

    private static async Task<HttpStatusCode> StatusAsync(TestQuery query, string path, string known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        using var answer = await query.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
