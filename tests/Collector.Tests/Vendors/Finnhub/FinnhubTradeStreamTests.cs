using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Support;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Finnhub;

namespace StocksDapr.Collector.Tests.Vendors.Finnhub;

public sealed class FinnhubTradeStreamTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_764_968_100_123);

    private readonly ManualTimeProvider _clock = new(EmulatedMarket.After);
    private FinnhubEmulator _vendor = null!;

    public Task InitializeAsync()
    {
        _vendor = new FinnhubEmulator(EmulatedMarket.Shared, _clock);
        return _vendor.StartAsync();
    }

    public async Task DisposeAsync() => await _vendor.DisposeAsync();

    [Fact]
    public async Task Trades_of_the_symbols_come_in_their_order_several_to_a_message()
    {
        await using var trades = Open("AAPL", "BRK.B");
        _vendor.Send("""{"data":[{"c":["1","8","24","12"],"p":278.78,"s":"AAPL","t":1764968100123,"v":100},{"c":null,"p":497.25,"s":"BRK.B","t":1764968100124,"v":1},{"p":1,"s":"TSLA","t":1764968100125,"v":1}],"type":"trade"}""");
        _vendor.Send("""{"type":"ping"}""");
        _vendor.Send("""{"type":"trade","data":[{"s":"AAPL","p":278.8,"t":1764968100130,"v":0.4}]}""");

        (await NextAsync(trades, 3)).Should().Equal(
            new LiveTrade("AAPL", At, 278.78, 100), new LiveTrade("BRK.B", At.AddMilliseconds(1), 497.25, 1), new LiveTrade("AAPL", At.AddMilliseconds(7), 278.8, 0));

        // The vendor here says what it has without waiting to be asked.
        await Eventually.BeTrueAsync(() => _vendor.Received.Count == 2);
        _vendor.Received.Should().Equal("subscribe AAPL", "subscribe BRK.B");
    }

    [Fact]
    public async Task What_is_not_a_message_or_not_a_trade_is_left_out()
    {
        await using var trades = Open("AAPL");
        _vendor.Send("<html>");
        _vendor.Send("""{"type":"\ud800"}""");
        _vendor.Send("""{"type":"trade","data":[{"s":"AAPL","p":0,"t":1764968100123,"v":1},{"s":"AAPL","p":1,"t":0,"v":1},{"p":1,"t":1764968100123}]}""");
        _vendor.Send("""{"type":"news","data":[{"s":"AAPL","p":1,"t":1764968100123,"v":1}]}""");
        _vendor.Send("""{"type":"trade","data":null}""");
        _vendor.Send("""{"type":"trade","data":[{"s":"AAPL","p":278.78,"t":1764968100123,"v":5}]} """);

        (await NextAsync(trades, 1)).Should().Equal(new LiveTrade("AAPL", At, 278.78, 5));
    }

    [Fact]
    public async Task Garbage_without_end_ends_the_stream()
    {
        await using var trades = Open("AAPL");
        for (var i = 0; i < 10; i++)
            _vendor.Send("?");

        (await FailureAsync(trades)).Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    [Fact]
    public async Task Text_that_is_not_unicode_breaks_the_protocol()
    {
        await using var trades = Open("AAPL");
        _vendor.SendBytes([(byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)'}']);

        (await FailureAsync(trades)).Kind.Should().Be(ProviderErrorKind.Unavailable);
    }

    [Fact]
    public async Task Message_without_end_ends_the_stream()
    {
        await using var trades = Open("AAPL");
        _vendor.SendBytes(Encoding.UTF8.GetBytes("\"" + new string('x', 3 * 1024 * 1024) + "\""));

        (await FailureAsync(trades)).Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    [Theory]
    [InlineData("Subscribing to too many symbols", "NotSupported", false)]
    [InlineData("Invalid API key", "NotEntitled", true)]
    [InlineData("Something is wrong with k3y-THAT/mu5t+n0t=leak&out", "Malformed", false)]
    public async Task Refusal_ends_the_stream_and_says_why_but_not_the_key(string sentence, string kind, bool isKeyRefused)
    {
        await using var trades = Open("AAPL");
        _vendor.Send($$"""{"type":"error","msg":"{{sentence}}"}""");

        var error = await FailureAsync(trades);

        error.Kind.ToString().Should().Be(kind);
        error.IsKeyRefused.Should().Be(isKeyRefused);
        error.Detail.Should().NotContain("k3y");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_that_ends_is_unavailable_after_the_trades_before_it(bool politely)
    {
        await using var trades = Open("AAPL");
        _vendor.Send("""{"type":"trade","data":[{"s":"AAPL","p":278.78,"t":1764968100123,"v":5}]}""");
        (await NextAsync(trades, 1)).Should().ContainSingle();
        _vendor.End(politely);

        (await FailureAsync(trades)).Kind.Should().Be(ProviderErrorKind.Unavailable);
    }

    [Fact]
    public async Task Reader_that_stops_unsubscribes_and_takes_leave()
    {
        var trades = Open("AAPL", "MSFT");
        _vendor.Send("""{"type":"trade","data":[{"s":"AAPL","p":278.78,"t":1764968100123,"v":5}]}""");
        await NextAsync(trades, 1);

        await trades.DisposeAsync();

        await Eventually.BeTrueAsync(() => _vendor.Received.Contains("closed"));
        _vendor.Received.Should().Equal("subscribe AAPL", "subscribe MSFT", "unsubscribe AAPL", "unsubscribe MSFT", "closed");
    }

    [Fact]
    public async Task Call_that_is_cancelled_ends_while_nothing_is_traded()
    {
        using var cancellation = new CancellationTokenSource();
        await using var trades = Stream(VendorEmulator.GoodKey).StreamAsync(["AAPL"], cancellation.Token).GetAsyncEnumerator(cancellation.Token);
        var next = trades.MoveNextAsync().AsTask();
        await Eventually.BeTrueAsync(() => _vendor.Received.Count == 1);

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => next).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Wrong_key_is_refused_reported_and_not_told()
    {
        var keys = new FakeKeys(VendorEmulator.WrongKey);
        await using var trades = Stream(keys).StreamAsync(["AAPL"], default).GetAsyncEnumerator();

        var error = await FailureAsync(trades);

        (error.Kind, error.IsKeyRefused).Should().Be((ProviderErrorKind.NotEntitled, true));
        keys.Reports.Should().ContainSingle().Which.Error.Should().Be(error);
        error.ToString().Should().NotContain(VendorEmulator.WrongKey);
    }

    [Fact]
    public async Task More_symbols_than_the_plan_streams_are_refused_without_asking()
    {
        await using var trades = Stream(VendorEmulator.GoodKey).StreamAsync([.. Enumerable.Range(0, 51).Select(i => $"S{i}")], default).GetAsyncEnumerator();

        (await FailureAsync(trades)).Kind.Should().Be(ProviderErrorKind.NotSupported);
        _vendor.Received.Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_that_do_not_grant_are_passed_on()
    {
        var keys = new FakeKeys(VendorEmulator.GoodKey) { Refusal = new ProviderError(ProviderErrorKind.RateLimited, "Come again.", TimeSpan.FromSeconds(11)) };
        await using var trades = Stream(keys).StreamAsync(["AAPL"], default).GetAsyncEnumerator();

        (await FailureAsync(trades)).Should().Be(keys.Refusal);
    }

    private IAsyncEnumerator<LiveTrade> Open(params string[] symbols) => Stream(VendorEmulator.GoodKey).StreamAsync(symbols, default).GetAsyncEnumerator();

    private FinnhubTradeStream Stream(string key) => Stream(new FakeKeys(key));

    private FinnhubTradeStream Stream(FakeKeys keys) => new(
        new FinnhubOptions { StreamAddress = new UriBuilder(_vendor.Address) { Scheme = "ws" }.Uri }, keys, _clock, NullLogger<FinnhubTradeStream>.Instance);

    private static async Task<IReadOnlyList<LiveTrade>> NextAsync(IAsyncEnumerator<LiveTrade> trades, int count)
    {
        var next = new List<LiveTrade>();
        while (next.Count < count && await trades.MoveNextAsync())
            next.Add(trades.Current);
        return next;
    }

    private static async Task<ProviderError> FailureAsync(IAsyncEnumerator<LiveTrade> trades) =>
        (await FluentActions.Awaiting(() => trades.MoveNextAsync().AsTask()).Should().ThrowAsync<ProviderStreamException>()).Which.Error;
}
