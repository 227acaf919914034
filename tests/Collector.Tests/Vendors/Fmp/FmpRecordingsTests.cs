using System.Globalization;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Fmp;

/// <summary>Recorded answers read twice: by the provider, and by a document that knows nothing of it.</summary>
public sealed class FmpRecordingsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Recorded_bars_are_read_value_for_value_in_all_forms()
    {
        foreach (var (name, body) in RecordedResponses.Of("fmp", "historical-price").Concat(RecordedResponses.Of("fmp", "stable-historical")).Where(file => !file.Name.Contains("light")))
        {
            using var document = JsonDocument.Parse(body);
            var interval = name.Contains("chart") ? Interval.FiveMinutes : Interval.OneDay;
            foreach (var symbol in new[] { "AAPL", "GOOG", "FB" }.Where(symbol => name.Contains(symbol)))
            {
                var answer = FmpBarRows.Read(
                    Encoding.UTF8.GetBytes(body), symbol, new BarsWindow(new BarsRequest([symbol], interval, DateTimeOffset.UnixEpoch, Now), Now))[symbol];

                answer.Error.Should().BeNull(name);
                answer.Value.Should().Equal(Rows(document.RootElement, symbol).Select(row => Bar(row, interval)).OrderBy(bar => bar.Start), name).And.NotBeEmpty();
            }
        }
    }

    [Fact]
    public void Recorded_dividends_and_quote_are_read()
    {
        foreach (var (name, body) in RecordedResponses.Of("fmp", "stable-dividends"))
        {
            FmpActionRows.Read(Encoding.UTF8.GetBytes(body), "AAPL", CorporateActionKind.Dividend, new(2024, 12, 1), new(2025, 12, 31))["AAPL"].Value!
                .Select(action => action.Value).Should().BeEquivalentTo([0.26, 0.26, 0.25], name);
        }

        foreach (var (name, body) in RecordedResponses.Of("fmp", "stable-quote"))
            FmpQuotes.Read(Encoding.UTF8.GetBytes(body), "AAPL")["AAPL"].Value!.Price.Should().Be(232.8, name);
    }

    private static JsonElement.ArrayEnumerator Rows(JsonElement root, string symbol)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.EnumerateArray();
        if (root.TryGetProperty("historicalStockList", out var list))
            root = list.EnumerateArray().Single(item => item.GetProperty("symbol").GetString() == symbol);
        return root.GetProperty("historical").EnumerateArray();
    }

    private static RawBar Bar(JsonElement row, Interval interval)
    {
        var at = DateTime.Parse(row.GetProperty("date").GetString()!, CultureInfo.InvariantCulture);
        return new RawBar(
            interval.IsIntraday ? NewYorkTime.ToInstant(DateOnly.FromDateTime(at), TimeOnly.FromDateTime(at)) : new DateTimeOffset(at, TimeSpan.Zero),
            Number("open"), Number("high"), Number("low"), Number("close"), Number("volume"));

        double Number(string name) => row.GetProperty(name).GetDouble();
    }
}
