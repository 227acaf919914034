using System.Net;
using System.Text;
using StocksDapr.Collector.Collection;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Collection;

public class QueryStoredBarsTests
{
    [Fact]
    public async Task Series_are_read_by_symbol_in_requests_of_bearable_length()
    {
        var symbols = Enumerable.Range(0, 600).Select(number => $"S{number}.SIM").ToList();
        var server = new StubServer(_ => Json("""
            {"series":[{"symbol":"S1.SIM","interval":"15min","first":"2026-11-16T14:30:00Z","last":"2026-11-20T20:45:00Z","bars":130}]}
            """));

        var series = await Stored(server).GetSeriesAsync(symbols, Interval.FifteenMinutes, default);

        series.Should().Equal(new Dictionary<string, StoredSeries>
        {
            ["S1.SIM"] = new(DateTimeOffset.Parse("2026-11-16T14:30:00Z"), DateTimeOffset.Parse("2026-11-20T20:45:00Z"), 130),
        });
        server.Requests.Should().HaveCount(3).And.OnlyContain(path => path.Length < 4096 && path.EndsWith("&interval=15min"));
    }

    [Fact]
    public async Task Daily_series_are_named_by_midnight_utc()
    {
        var server = new StubServer(_ => Json("""
            {"series":[{"symbol":"A","interval":"1d","first":"2021-11-22","last":"2026-11-20","bars":1257}]}
            """));

        var series = await Stored(server).GetSeriesAsync(["A"], Interval.OneDay, default);

        series["A"].Last.Should().Be(DateTimeOffset.Parse("2026-11-20T00:00:00Z"));
    }

    [Fact]
    public async Task Starts_are_read_page_by_page()
    {
        var server = new StubServer(path => Json(path.Contains("cursor=a%2Bb")
            ? """{"interval":"1d","bars":{"A":[{"t":"2026-11-20","open":1}]},"errors":{},"next":null}"""
            : """{"interval":"1d","bars":{"A":[{"t":"2026-11-18","open":1},{"t":"2026-11-19"}]},"errors":{},"next":"a+b"}"""));

        var starts = await Stored(server).GetStartsAsync(
            ["A"], Interval.OneDay, DateTimeOffset.Parse("2026-11-18T00:00:00Z"), DateTimeOffset.Parse("2026-11-20T00:00:00Z"), default);

        starts["A"].Select(start => start.Day).Should().Equal(18, 19, 20);
        server.Requests[0].Should().Contain("from=2026-11-18&to=2026-11-20");
    }

    [Fact]
    public async Task Symbols_that_query_has_never_heard_of_have_no_bars()
    {
        var unknown = new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("""{"status":404,"code":"unknown_symbol"}""", Encoding.UTF8, "application/problem+json") };

        (await StartsAsync(unknown)).Should().BeEmpty();
        await FluentActions.Awaiting(() => StartsAsync(new HttpResponseMessage(HttpStatusCode.NotFound))).Should().ThrowAsync<StoredBarsUnknownException>("it may be that nobody answers there");

        static Task<IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>>> StartsAsync(HttpResponseMessage answer) =>
            Stored(new StubServer(_ => answer)).GetStartsAsync(["A", "B"], Interval.OneDay, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"series":[{"symbol":"A","first":"soon","last":"2026-11-20","bars":1}]}""")]
    [InlineData("<html>")]
    public async Task Answer_that_cannot_be_understood_is_unknown_not_empty(string body) =>
        await Fails(new StubServer(_ => Json(body)));

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Refusal_is_unknown_not_empty(HttpStatusCode status) => await Fails(new StubServer(_ => new HttpResponseMessage(status)));

    [Fact]
    public async Task Broken_connection_and_time_out_are_unknown_not_empty()
    {
        await Fails(new StubServer(_ => throw new HttpRequestException("Connection refused.")));
        await Fails(new StubServer(_ => throw new TaskCanceledException("The request timed out.")));
    }

    private static async Task Fails(StubServer server) =>
        await FluentActions.Awaiting(() => Stored(server).GetSeriesAsync(["A"], Interval.OneDay, default))
            .Should().ThrowAsync<StoredBarsUnknownException>();

    private static QueryStoredBars Stored(StubServer server) => new(new HttpClient(server) { BaseAddress = new Uri("http://query") });

    private static HttpResponseMessage Json(string body) =>
        new(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private sealed class StubServer(Func<string, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request.RequestUri!.PathAndQuery);
            return Task.FromResult(answer(request.RequestUri.PathAndQuery));
        }
    }
}
