using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Answers that look like the one that was asked for and are not, in each vendor's form: each must be an error, never bars and never "no bars".</summary>
public sealed class MisleadingAnswerTests
{
    private static readonly DateTimeOffset Now = new(2025, 12, 6, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Another interval than was asked, said so by the vendor.
    [InlineData("twelvedata", "1d", """{"meta":{"symbol":"AAPL","interval":"1week"},"values":[{"datetime":"2025-11-03","open":"1","close":"1"}],"status":"ok"}""")]
    [InlineData("twelvedata", "15min", """{"meta":{"symbol":"AAPL","interval":"1min"},"values":[{"datetime":"2025-11-03 09:30:00","open":"1","close":"1"}],"status":"ok"}""")]
    [InlineData("alphavantage", "1d", """{"Meta Data":{"2. Symbol":"AAPL"},"Weekly Time Series":{"2025-11-07":{"1. open":"1","4. close":"1"}}}""")]
    [InlineData("alphavantage", "1d", """{"Meta Data":{"2. Symbol":"AAPL"},"Time Series (5min)":{"2025-11-07 10:00:00":{"1. open":"1","4. close":"1"}}}""")]
    [InlineData("alphavantage", "1d", """{"Meta Data":{"2. From Symbol":"AAPL"},"Time Series FX (Daily)":{"2025-11-07":{"1. open":"1","4. close":"1"}}}""")]
    [InlineData("alphavantage", "15min", """{"Meta Data":{"2. Symbol":"AAPL"},"Time Series (1min)":{"2025-11-07 10:00:00":{"1. open":"1","4. close":"1"}}}""")]
    [InlineData("yahoo", "1d", """{"chart":{"result":[{"meta":{"symbol":"AAPL","dataGranularity":"1mo"},"timestamp":[1762180200],"indicators":{"quote":[{"close":[1]}]}}],"error":null}}""")]
    [InlineData("yahoo", "15min", """{"chart":{"result":[{"meta":{"symbol":"AAPL","dataGranularity":"1h"},"timestamp":[1762180200],"indicators":{"quote":[{"close":[1]}]}}],"error":null}}""")]
    // Not said, and to be seen from the distances.
    [InlineData("alphavantage", "1d", "timestamp,open,high,low,close,volume\n2025-12-05,1,1,1,1,1\n2025-11-28,1,1,1,1,1\n2025-11-21,1,1,1,1,1\n2025-11-14,1,1,1,1,1\n2025-11-07,1,1,1,1,1\n2025-10-31,1,1,1,1,1\n")]
    [InlineData("alphavantage", "1d", "timestamp,open,high,low,close,volume\n2025-11-07 10:15:00,1,1,1,1,1\n2025-11-07 10:10:00,1,1,1,1,1\n2025-11-07 10:05:00,1,1,1,1,1\n2025-11-07 10:00:00,1,1,1,1,1\n")]
    [InlineData("alphavantage", "15min", "timestamp,open,high,low,close,volume\n2025-11-07 10:15:00,1,1,1,1,1\n2025-11-07 10:10:00,1,1,1,1,1\n2025-11-07 10:05:00,1,1,1,1,1\n2025-11-07 10:00:00,1,1,1,1,1\n")]
    [InlineData("finnhub", "15min", """{"s":"ok","t":[1762180200,1762180260,1762180320,1762180380],"o":[1,1,1,1],"h":[1,1,1,1],"l":[1,1,1,1],"c":[1,1,1,1],"v":[1,1,1,1]}""")]
    [InlineData("finnhub", "1d", """{"s":"ok","t":[1762128000,1762732800,1763337600,1763942400,1764547200,1765152000],"o":[1,1,1,1,1,1],"h":[1,1,1,1,1,1],"l":[1,1,1,1,1,1],"c":[1,1,1,1,1,1],"v":[1,1,1,1,1,1]}""")]
    [InlineData("fmp", "1d", """[{"date":"2025-11-07 10:05:00","open":1,"close":1},{"date":"2025-11-07 10:00:00","open":1,"close":1}]""")]
    [InlineData("fmp", "15min", """[{"date":"2025-11-07 09:33:00","open":1},{"date":"2025-11-07 09:32:00","open":1},{"date":"2025-11-07 09:31:00","open":1},{"date":"2025-11-07 09:30:00","open":1}]""")]
    // Another range: as if the vendor had no bars of the one that was asked.
    [InlineData("twelvedata", "1d", """{"meta":{"symbol":"AAPL","interval":"1day"},"values":[{"datetime":"2025-01-03","open":"1"},{"datetime":"2025-01-02","open":"1"}],"status":"ok"}""")]
    [InlineData("alphavantage", "15min", "timestamp,open,high,low,close,volume\n2025-06-06 10:00:00,1,1,1,1,1\n2025-06-06 09:45:00,1,1,1,1,1\n")]
    [InlineData("finnhub", "15min", """{"s":"ok","t":[1735828200],"o":[1],"h":[1],"l":[1],"c":[1],"v":[1]}""")]
    [InlineData("fmp", "1d", """[{"symbol":"AAPL","date":"2025-01-03","close":1}]""")]
    // Rows that are no bars.
    [InlineData("twelvedata", "1d", """{"meta":{"symbol":"AAPL","interval":"1day"},"values":[{"datetime":"2025-11-03","tsf":"224.61"}],"status":"ok"}""")]
    [InlineData("alphavantage", "1d", "timestamp,SMA\n2025-11-03,1\n")]
    [InlineData("alphavantage", "1d", """{"Meta Data":{"2. Symbol":"AAPL"},"Time Series (Daily)":{"2025-11-03":{"1. SMA":"1"}}}""")]
    [InlineData("fmp", "1d", """[{"symbol":"AAPL","date":"2025-11-03","price":181.42,"volume":48953939}]""")]
    [InlineData("fmp", "1d", """[{"symbol":"AAPL","date":"2025-11-03","dividend":0.26,"adjDividend":0.26}]""")]
    // Times and numbers that nobody can have meant.
    [InlineData("twelvedata", "15min", """{"meta":{"symbol":"AAPL"},"values":[{"datetime":"9999-12-31 23:59:00","open":"1"}],"status":"ok"}""")]
    [InlineData("twelvedata", "15min", """{"meta":{"symbol":"AAPL"},"values":[{"datetime":"0001-01-01 00:00:00","open":"1"}],"status":"ok"}""")]
    [InlineData("alphavantage", "15min", "timestamp,open,high,low,close,volume\n9999-12-31 23:59:00,1,1,1,1,1\n")]
    [InlineData("finnhub", "1d", """{"s":"ok","t":[-62135596799],"o":[1],"h":[1],"l":[1],"c":[1],"v":[1]}""")]
    [InlineData("finnhub", "1d", """{"s":"ok","t":[253402300799],"o":[1],"h":[1],"l":[1],"c":[1],"v":[1]}""")]
    [InlineData("fmp", "15min", """[{"symbol":"AAPL","date":"9999-12-31 23:59:00","open":1}]""")]
    // Said to be wrong, in another way than usual.
    [InlineData("finnhub", "1d", """{"s":"error","errmsg":"unknown resolution"}""")]
    [InlineData("twelvedata", "1d", """{"meta":{"symbol":"AAPL"},"values":[{"datetime":"2025-11-03","open":"1"}],"status":"ERROR"}""")]
    [InlineData("alphavantage", "1d", """{"Information":"API rate limit reached"}""")]
    public async Task Answer_to_another_question_is_an_error(string provider, string interval, string body)
    {
        await using var bench = await ReplayBench.OpenAsync(provider, Now);
        bench.Says = EmulatedAnswer.Ok(body);
        Interval.TryParse(interval, out var asked).Should().BeTrue();

        var (bars, error) = await bench.BarsAsync("AAPL", asked!, Day(2025, 11, 3), Day(2025, 11, 14));

        error.Should().NotBeNull("{0} bars were answered", bars?.Count);
        bars.Should().BeNull();
    }

    [Theory]
    // The unfinished bar of the moment, a day more than was asked, a price off the grid: what vendors send beside the range.
    [InlineData("twelvedata", """{"meta":{"symbol":"AAPL","interval":"1day"},"values":[{"datetime":"2025-12-08","open":"1"}],"status":"ok"}""")]
    [InlineData("finnhub", """{"s":"ok","t":[1765152000],"o":[1],"h":[1],"l":[1],"c":[1],"v":[1]}""")]
    [InlineData("fmp", """[{"symbol":"AAPL","date":"2025-12-08","close":1}]""")]
    public async Task Bar_beside_the_range_says_that_the_range_has_none(string provider, string body)
    {
        await using var bench = await ReplayBench.OpenAsync(provider, new DateTimeOffset(2025, 12, 8, 16, 0, 0, TimeSpan.Zero));
        bench.Vendor.Instead = request => EmulatedAnswer.Ok(request.Path.EndsWith("/split", StringComparison.Ordinal) ? "[]" : body);

        (await bench.BarsAsync("AAPL", Interval.OneDay, Day(2025, 12, 6), Day(2025, 12, 8))).Should().Match<(IReadOnlyList<RawBar>? Bars, ProviderError? Error)>(
            answer => answer.Error == null && answer.Bars!.Count == 0);
    }

    [Theory]
    [InlineData("alphavantage", """{"symbol":"MSFT","data":[{"effective_date":"2025-11-10","split_factor":"4.0000"}]}""")]
    [InlineData("alphavantage", """{"symbol":"AAPL","data":[{"ex_dividend_date":"2025-11-10","amount":"0.26"}]}""")]
    [InlineData("alphavantage", """{"symbol":"AAPL","data":[{"fiscalDateEnding":"2025-09-30","reportedEPS":"1.85"}]}""")]
    [InlineData("alphavantage", "Please slow down, thank you\n")]
    [InlineData("alphavantage", "ex_dividend_date,amount\n")]
    [InlineData("twelvedata", """{"meta":{"symbol":"MSFT"},"splits":[],"dividends":[]}""")]
    [InlineData("finnhub", """[{"symbol":"MSFT","date":"2025-11-10","fromFactor":1,"toFactor":4,"amount":1}]""")]
    [InlineData("fmp", """[{"symbol":"AAPL","date":"2025-11-10","open":1,"close":1}]""")]
    public async Task Other_rows_are_no_actions(string provider, string body)
    {
        await using var bench = await ReplayBench.OpenAsync(provider, Now);
        bench.Says = EmulatedAnswer.Ok(body);

        (await bench.ActionsAsync("AAPL", new(2025, 1, 1), new(2025, 12, 5))).Error.Should().NotBeNull();
    }

    [Theory]
    [InlineData("twelvedata", """{"symbol":"AAPL","timestamp":1764968400,"close":"0.00000","previous_close":"0"}""")]
    [InlineData("twelvedata", """{"symbol":"AAPL","timestamp":1764968400,"close":null}""")]
    [InlineData("alphavantage", """{"Global Quote":{"01. symbol":"AAPL","05. price":"0.0000","07. latest trading day":"2025-12-05"}}""")]
    [InlineData("finnhub", """{"c":0,"d":null,"dp":null,"h":0,"l":0,"o":0,"pc":0,"t":0}""")]
    [InlineData("fmp", """[{"symbol":"AAPL","price":0,"timestamp":1764968400}]""")]
    [InlineData("yahoo", """{"chart":{"result":[{"meta":{"symbol":"AAPL","regularMarketPrice":0,"regularMarketTime":1764968400}}],"error":null}}""")]
    public async Task Price_of_nothing_is_no_quote(string provider, string body)
    {
        await using var bench = await ReplayBench.OpenAsync(provider, Now);
        bench.Says = EmulatedAnswer.Ok(body);

        (await bench.QuoteAsync("AAPL")).Error.Should().NotBeNull();
    }

    [Theory]
    [InlineData("twelvedata", """{"meta":{"symbol":"%"},"values":[{"datetime":"2025-11-03","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}""")]
    [InlineData("twelvedata", """{"%":{"meta":{"symbol":"%"},"values":[{"datetime":"2025-11-03","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}}""")]
    [InlineData("alphavantage", """{"Meta Data":{"2. Symbol":"%"},"Time Series (Daily)":{"2025-11-03":{"1. open":"2","2. high":"2","3. low":"2","4. close":"2","5. volume":"5"}}}""")]
    [InlineData("fmp", """[{"symbol":"%","date":"2025-11-03","adjOpen":2,"adjHigh":2,"adjLow":2,"adjClose":2,"volume":5}]""")]
    [InlineData("yahoo", """{"chart":{"result":[{"meta":{"symbol":"%","instrumentType":"EQUITY","exchangeTimezoneName":"America/New_York"},"timestamp":[1762180200],"indicators":{"quote":[{"open":[2],"high":[2],"low":[2],"close":[2],"volume":[5]}]}}],"error":null}}""")]
    public async Task Class_of_shares_is_the_same_however_the_answer_writes_it(string provider, string body)
    {
        await using var bench = await ReplayBench.OpenAsync(provider, Now);
        foreach (var spelling in new[] { "BRK.B", "BRK-B", "BRK/B", "brk.b" })
        {
            bench.Says = EmulatedAnswer.Ok(body.Replace("%", spelling, StringComparison.Ordinal));

            var (bars, error) = await bench.BarsAsync("BRK.B", Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7));

            error.Should().BeNull(spelling);
            bars.Should().Equal([new RawBar(Day(2025, 11, 3), 2, 2, 2, 2, 5)], spelling);
        }
    }

    [Theory]
    [InlineData("twelvedata", """{"code":400,"message":"{0}","status":"error"}""")]
    [InlineData("fmp", """{"Error Message":"{0}"}""")]
    [InlineData("alphavantage", """{"Information":"{0}"}""")]
    [InlineData("finnhub", """{"error":"{0}"}""")]
    public async Task Key_that_a_vendor_repeats_is_not_passed_on_in_part_either(string provider, string body)
    {
        // Where a long sentence is cut, a part of the key would be left that is not recognised any more.
        await using var bench = await ReplayBench.OpenAsync(provider, Now);
        for (var blanks = 120; blanks < 200; blanks += 8)
        {
            bench.Says = EmulatedAnswer.Ok(body.Replace("{0}", $"Something {new string('.', blanks)} {VendorEmulator.GoodKey} is strange", StringComparison.Ordinal));

            (await bench.BarsAsync("AAPL", Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 14))).Error!.Detail.Should().NotContain(VendorEmulator.GoodKey[..6]);
        }
    }

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
