using System.Net;
using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Bars;

public sealed class BarsRefusalTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await _market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2013, 2, 8), 30));
        await _market.StoreAsync("MSFT", Interval.OneDay, Sample.Days(Sample.Day(2013, 2, 8), 30));
        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Theory]
    [InlineData("/bars", "missing_symbols")]
    [InlineData("/bars?symbols=", "bad_symbols")]
    [InlineData("/bars?symbols=AAPL,,MSFT", "bad_symbols")]
    [InlineData("/bars?symbols=AAPL&limit=0", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=-1", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=10001", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=1000000000", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=99999999999999999999", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=1.5", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&limit=%201", "bad_limit")]
    [InlineData("/bars?symbols=AAPL&interval=2d", "bad_interval")]
    [InlineData("/bars?symbols=AAPL&interval=", "bad_interval")]
    [InlineData("/bars?symbols=AAPL&from=2013-02-30", "bad_from")]
    [InlineData("/bars?symbols=AAPL&from=2013-2-8", "bad_from")]
    [InlineData("/bars?symbols=AAPL&from=0000-00-00", "bad_from")]
    [InlineData("/bars?symbols=AAPL&from=2013-02-08T14:30:00", "bad_from")]
    [InlineData("/bars?symbols=AAPL&from=2013-02-08T25:00:00Z", "bad_from")]
    [InlineData("/bars?symbols=AAPL&to=tomorrow", "bad_to")]
    [InlineData("/bars?symbols=AAPL&to=9999-12-31T23:59:59-14:00", "bad_to")]
    [InlineData("/bars?symbols=AAPL&from=2014-01-01&to=2013-12-31", "bad_range")]
    [InlineData("/bars?symbols=AAPL&interval=1h&from=2014-01-01T00:00:00Z&to=2013-12-31", "bad_range", true)]
    [InlineData("/bars?symbols=AAPL&asOf=2013-02-08", "bad_as_of")]
    [InlineData("/bars?symbols=AAPL&cursor=", "bad_cursor")]
    [InlineData("/bars?symbols=AAPL&cursor=abc", "bad_cursor")]
    [InlineData("/bars?symbols=AAPL&cursor=AQAAAAAAAFaIZICKNFaHD45rPg", "bad_cursor")]
    [InlineData("/bars?symbols=AAPL&colour=red", "unknown_parameter")]
    [InlineData("/bars?symbols=AAPL&Limit=5", "unknown_parameter")]
    [InlineData("/bars?symbols=AAPL&symbols=MSFT", "duplicate_parameter")]
    [InlineData("/bars?symbols=a%20b", "bad_symbol")]
    [InlineData("/bars?symbols=%00", "bad_symbol")]
    [InlineData("/bars/a%20b", "bad_symbol")]
    [InlineData("/bars/AAPL?symbols=MSFT", "unknown_parameter")]
    public async Task A_bad_question_is_refused_with_what_would_be_right(string path, string code, bool unless = false)
    {
        if (unless)
        {
            // 2013-12-31 ends in New York at 05:00 UTC of the next day: this range is not empty.
            (await _query.GetAsync(path))["next"].Should().BeNull();
            return;
        }

        var problem = await _query.GetProblemAsync(path, 400);
        problem["code"]!.GetValue<string>().Should().Be(code);
        problem["detail"]!.GetValue<string>().Should().NotBeEmpty();
        problem["retry"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    public async Task Unknown_symbols_alone_are_not_found_and_among_others_are_an_error_of_their_own()
    {
        (await _query.GetProblemAsync("/bars/XYZ", 404))["code"]!.GetValue<string>().Should().Be("unknown_symbol");
        var none = await _query.GetProblemAsync("/bars?symbols=AAPLE,XYZ", 404);
        none["errors"]!["XYZ"]!["code"]!.GetValue<string>().Should().Be("unknown_symbol");
        none["valid"]!["suggestions"]!.AsArray().Select(symbol => symbol!.GetValue<string>()).Should().Contain("AAPL");

        var some = await _query.GetAsync("/bars?symbols=XYZ,AAPL&limit=1");
        some["errors"]!["XYZ"]!["code"]!.GetValue<string>().Should().Be("unknown_symbol");
        some["bars"]!.AsObject().Select(symbol => symbol.Key).Should().Equal("AAPL");
    }

    [Fact]
    public async Task A_cursor_that_was_changed_or_belongs_to_another_question_is_refused()
    {
        var cursor = (await _query.GetAsync("/bars?symbols=AAPL,MSFT&limit=5"))["next"]!.GetValue<string>();
        for (var i = 0; i < cursor.Length; i++)
        {
            var broken = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            (await _query.GetProblemAsync($"/bars?symbols=AAPL,MSFT&cursor={broken}", 400))["code"]!.GetValue<string>().Should().Be("bad_cursor");
        }

        foreach (var other in (string[])["symbols=MSFT,AAPL", "symbols=AAPL,MSFT&interval=1h", "symbols=AAPL,MSFT&from=2013-01-01", "symbols=AAPL,MSFT&asOf=2013-01-01T00:00:00Z"])
            (await _query.GetProblemAsync($"/bars?{other}&cursor={cursor}", 400))["code"]!.GetValue<string>().Should().Be("bad_cursor");

        (await _query.GetAsync($"/bars?symbols=AAPL,MSFT&limit=7&cursor={cursor}"))["bars"]!["AAPL"]!.AsArray().Should().HaveCount(7);
    }

    [Fact]
    public async Task Up_to_500_symbols_of_the_greatest_length_can_be_asked_for_at_once()
    {
        string Ask(int count) => "/bars?symbols=" + string.Join("%2C", Enumerable.Range(0, count).Select(i => $"{i:D24}").Append("AAPL"));

        (await _query.GetAsync(Ask(499)))["errors"]!.AsObject().Should().HaveCount(499);
        (await _query.GetProblemAsync(Ask(500), 400))["code"]!.GetValue<string>().Should().Be("too_many_symbols");
    }

    [Theory]
    [InlineData("text/html", HttpStatusCode.NotAcceptable, "application/problem+json")]
    [InlineData("text/html, */*;q=0.1", HttpStatusCode.OK, "application/json")]
    [InlineData("application/*", HttpStatusCode.OK, "application/json")]
    [InlineData("text/csv", HttpStatusCode.OK, "text/csv")]
    [InlineData("text/csv;q=0.5, application/json", HttpStatusCode.OK, "application/json")]
    [InlineData("application/json;q=0.2, text/*", HttpStatusCode.OK, "text/csv")]
    [InlineData("application/json;q=0", HttpStatusCode.NotAcceptable, "application/problem+json")]
    [InlineData("nonsense", HttpStatusCode.OK, "application/json")]
    public async Task The_form_is_negotiated(string accept, HttpStatusCode status, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/bars/AAPL");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _query.Client.SendAsync(request);

        answer.StatusCode.Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(type);
    }

    [Theory]
    [InlineData("POST", "/bars", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    public async Task What_is_not_there_is_a_problem_too(string method, string path, HttpStatusCode status)
    {
        using var answer = await _query.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        answer.StatusCode.Should().Be(status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }
}
