using System.Globalization;
using System.Net.Http.Json;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Streams;

/// <summary>A platform whose three simulated companies trade at any hour.</summary>
public sealed class TradingPlatform : RunningPlatform
{
    public TradingPlatform()
    {
        HasData = true;
        Environment["Collector__Simulated__StreamWhenClosed"] = "true";
        Environment["Collector__Simulated__Symbols"] = "3";
        Environment["Collector__Simulated__DailyYears"] = "1";
        Environment["Collector__Simulated__IntradayDays"] = "1";
    }
}

/// <summary>The stream through every service: trades to forming bars, stored bars, corrections.</summary>
public sealed class StreamTests(TradingPlatform platform) : IClassFixture<TradingPlatform>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Bars_form_are_stored_and_corrected_before_the_eyes_of_a_reader_who_may_come_back()
    {
        using var patience = new CancellationTokenSource(Patience);
        var day = ExchangeCalendar.UsEquities.LastCompletedSession(TimeProvider.System.GetUtcNow())!.Value.Date.ToString("O", CultureInfo.InvariantCulture);
        string? last = null;

        await foreach (var (id, name, data) in EventStream.ReadAsync(platform.Gateway, "symbols=*&interval=1min", null, patience.Token))
        {
            last = id ?? last;
            if (name != "forming" || last is null)
                continue;

            data.GetProperty("source").GetString().Should().Be("simulated");
            data.GetProperty("final").GetBoolean().Should().BeFalse();
            data.GetProperty("partial").GetBoolean().Should().BeFalse();
            data.GetProperty("high").GetDouble().Should().BeGreaterThanOrEqualTo(data.GetProperty("low").GetDouble());
            break;
        }

        // What is told of a stream is some seconds old.
        await Eventually.PassAsync(async () => (await platform.GetAsync("/api/v1/providers")).GetProperty("providers").EnumerateArray()
            .Single(provider => provider.GetProperty("name").GetString() == "simulated").GetProperty("stream").GetProperty("state").GetString().Should().Be("streaming"));

        await PostAsync(day, close: 10.5);
        await PostAsync(day, close: 10.75);

        var seen = new List<(string Id, string Name, double Close)>();
        await foreach (var (id, name, data) in EventStream.ReadAsync(platform.Gateway, "symbols=STREAMED,ALDR.SIM&interval=1d", last, patience.Token))
        {
            if (name is not ("bar" or "correction") || data.GetProperty("symbol").GetString() != "STREAMED")
                continue;
            seen.Add((id!, name, data.GetProperty("close").GetDouble()));
            if (name == "correction")
            {
                data.GetProperty("revision").GetProperty("close").GetDouble().Should().Be(10.5);
                break;
            }
        }

        seen.Select(item => (item.Name, item.Close)).Should().Equal(("bar", 10.5), ("correction", 10.75));
        await foreach (var (id, name, _) in EventStream.ReadAsync(platform.Gateway, "symbols=STREAMED&interval=1d", seen[0].Id, patience.Token))
        {
            (id, name).Should().Be((seen[1].Id, "correction"), "nothing comes twice");
            break;
        }
    }

    private async Task PostAsync(string day, double close)
    {
        using var answer = await platform.Gateway.PostAsJsonAsync(new Uri("/api/v1/bars", UriKind.Relative), new
        {
            interval = "1d",
            source = "test",
            bars = new Dictionary<string, object[]> { ["STREAMED"] = [new { t = day, open = 10, high = 11, low = 9, close, volume = 100 }] },
        });
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
    }
}
