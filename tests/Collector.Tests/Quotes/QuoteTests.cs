using System.Net;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Quotes;

public sealed class QuoteTests : IAsyncLifetime
{
    private QuoteServer _server = null!;

    public async Task InitializeAsync() => _server = await QuoteServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_quote_says_the_session_so_far_and_who_says_so()
    {
        _server.First.Prices["AAPL"] = 101.5;

        var quote = (await _server.GetAsync("aapl")).GetProperty("quotes").GetProperty("AAPL");

        quote.GetRawText().Should().Be(
            """{"price":101.5,"at":"2026-11-20T17:04:58+00:00","ageSeconds":2,"open":100.5,"high":102.5,"low":99.5,"previousClose":100,"change":1.5,"changePercent":1.5,"volume":12345,"source":"twelvedata","fetchedAt":"2026-11-20T17:05:00+00:00"}""");
    }

    [Fact]
    public async Task The_next_provider_fills_in_for_what_the_first_one_does_not_say()
    {
        _server.First.Prices["AAPL"] = 101.5;
        _server.Second.Prices["TSM"] = 200;

        var answer = await _server.GetAsync("AAPL,TSM,NOSUCH");

        Source(answer, "AAPL").Should().Be("twelvedata");
        Source(answer, "TSM").Should().Be("finnhub");
        Code(answer, "NOSUCH").Should().Be("unknown_symbol");
        _server.First.Asked.Should().Equal("AAPL,TSM,NOSUCH");
        _server.Second.Asked.Should().Equal("NOSUCH", "TSM");
    }

    [Theory]
    [InlineData(nameof(ProviderErrorKind.RateLimited), "budget_spent", true)]
    [InlineData(nameof(ProviderErrorKind.Unavailable), "provider_failed", true)]
    [InlineData(nameof(ProviderErrorKind.Malformed), "provider_failed", true)]
    [InlineData(nameof(ProviderErrorKind.NotEntitled), "unknown_symbol", false)]
    public async Task What_may_pass_is_told_rather_than_that_somebody_else_does_not_know_it(string kind, string code, bool retry)
    {
        _server.First.Error = new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "Something.", TimeSpan.FromSeconds(7));

        var error = (await _server.GetAsync("AAPL")).GetProperty("errors").GetProperty("AAPL");

        error.GetProperty("code").GetString().Should().Be(code);
        error.GetProperty("retry").GetBoolean().Should().Be(retry);
        if (retry)
            error.GetProperty("retryAfterSeconds").GetDouble().Should().Be(7);
        _server.First.Error = null;
        _server.First.Prices["AAPL"] = 1;
        if (retry)
            Source(await _server.GetAsync("AAPL"), "AAPL").Should().Be("twelvedata", "a failure is not remembered");
    }

    [Fact]
    public async Task A_provider_without_a_key_is_not_asked_and_without_any_that_is_said()
    {
        _server.Funds.Largest["twelvedata"] = 0;
        _server.Second.Prices["AAPL"] = 5;
        Source(await _server.GetAsync("AAPL"), "AAPL").Should().Be("finnhub");

        _server.Funds.Largest["finnhub"] = 0;
        var answer = await _server.GetAsync("MSFT,ALDR.SIM");

        Code(answer, "MSFT").Should().Be("no_provider");
        Code(answer, "ALDR.SIM").Should().Be("no_provider", "there is no simulated market here");
        _server.First.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_holds_nobody_for_long()
    {
        _server.First.Gate = new TaskCompletionSource().Task;
        _server.Second.Prices["AAPL"] = 5;

        var asked = _server.GetAsync("AAPL");
        await Eventually.BeTrueAsync(() => _server.First.Asked.Count == 1);
        await AdvanceUntilAsync(asked);

        Source(await asked, "AAPL").Should().Be("finnhub");
    }

    [Fact]
    public async Task Whoever_asks_at_the_same_time_or_soon_after_shares_one_request()
    {
        var gate = new TaskCompletionSource();
        (_server.First.Gate, _server.First.Prices["AAPL"], _server.First.Prices["MSFT"]) = (gate.Task, 101, 102);

        var one = _server.GetAsync("AAPL");
        await Eventually.BeTrueAsync(() => _server.First.Asked.Count == 1);
        var other = _server.GetAsync("AAPL,MSFT");
        await Eventually.BeTrueAsync(() => _server.First.Asked.Count == 2);
        gate.SetResult();
        await Task.WhenAll(one, other);
        await _server.GetAsync("MSFT,AAPL");
        _server.First.Asked.Should().Equal("AAPL", "MSFT");

        _server.Time.Advance(TimeSpan.FromSeconds(16));
        await _server.GetAsync("AAPL");
        _server.First.Asked.Should().Equal("AAPL", "AAPL", "MSFT");
    }

    [Fact]
    public async Task What_was_asked_for_is_remembered_though_who_asked_has_left()
    {
        var gate = new TaskCompletionSource();
        (_server.First.Gate, _server.First.Prices["AAPL"]) = (gate.Task, 101);
        using var leaving = new CancellationTokenSource();
        var left = _server.AskAsync("?symbols=AAPL", leaving.Token);
        await Eventually.BeTrueAsync(() => _server.First.Asked.Count == 1);
        await leaving.CancelAsync();
        await left.Invoking(asked => asked).Should().ThrowAsync<OperationCanceledException>();

        gate.SetResult();

        Source(await _server.GetAsync("AAPL"), "AAPL").Should().Be("twelvedata");
        _server.First.Asked.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_service_that_is_being_stopped_says_so()
    {
        _server.First.Gate = new TaskCompletionSource().Task;
        var asked = _server.AskAsync("?symbols=AAPL");
        await Eventually.BeTrueAsync(() => _server.First.Asked.Count == 1);

        _server.Stop();

        using var response = await asked;
        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.Should().NotBeNull();
    }

    [Fact]
    public async Task A_symbol_that_nobody_knows_is_not_paid_for_again_and_again()
    {
        await _server.GetAsync("NOSUCH");
        _server.Time.Advance(TimeSpan.FromMinutes(9));
        await _server.GetAsync("NOSUCH");
        _server.First.Asked.Should().HaveCount(1);

        _server.Time.Advance(TimeSpan.FromMinutes(2));
        await _server.GetAsync("NOSUCH");
        _server.First.Asked.Should().HaveCount(2);
    }

    [Fact]
    public async Task While_the_exchange_is_closed_a_quote_stays_good_for_longer()
    {
        _server.First.Prices["AAPL"] = 101;
        _server.Time.Advance(TimeSpan.FromDays(1));
        await _server.GetAsync("AAPL");
        _server.Time.Advance(TimeSpan.FromMinutes(4));
        await _server.GetAsync("AAPL");
        _server.First.Asked.Should().HaveCount(1);

        _server.Time.Advance(TimeSpan.FromMinutes(2));
        await _server.GetAsync("AAPL");
        _server.First.Asked.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task What_is_no_price_is_no_quote(double price)
    {
        _server.First.Prices["AAPL"] = price;
        _server.Second.Prices["AAPL"] = 5;

        Source(await _server.GetAsync("AAPL"), "AAPL").Should().Be("finnhub");
    }

    [Theory]
    [InlineData("", "bad_symbols")]
    [InlineData("?symbols=", "bad_symbols")]
    [InlineData("?symbols=,,", "bad_symbols")]
    [InlineData("?symbol=AAPL", "unknown_parameter")]
    public async Task What_makes_no_sense_is_refused(string query, string code)
    {
        using var response = await _server.AskAsync(query);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        problem.RootElement.GetProperty("code").GetString().Should().Be(code);
    }

    [Fact]
    public async Task There_is_a_limit_to_symbols_and_a_bad_one_does_not_spoil_the_others()
    {
        using (var response = await _server.AskAsync("?symbols=" + string.Join(',', Enumerable.Range(0, 51).Select(i => $"A{i}"))))
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);

        _server.First.Prices["BRK.B"] = 400;
        var answer = await _server.GetAsync("brk-b,BRK.B,A%20B");

        Source(answer, "BRK.B").Should().Be("twelvedata");
        Code(answer, "A B").Should().Be("bad_symbol");
        _server.First.Asked.Should().Equal("BRK.B");
    }

    private static string? Source(JsonElement answer, string symbol) => answer.GetProperty("quotes").GetProperty(symbol).GetProperty("source").GetString();

    private static string? Code(JsonElement answer, string symbol) => answer.GetProperty("errors").GetProperty(symbol).GetProperty("code").GetString();

    private async Task AdvanceUntilAsync(Task done) =>
        await Eventually.BeTrueAsync(() =>
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            return done.IsCompleted;
        });
}
