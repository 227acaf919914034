using System.Globalization;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.TwelveData;

/// <summary>Recorded answers read twice: by the provider, and by a document that knows nothing of it.</summary>
public sealed class TwelveDataRecordingsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Recorded_bars_are_read_value_for_value()
    {
        foreach (var (name, body) in RecordedResponses.Of("twelvedata", "time_series").Concat(RecordedResponses.Of("twelvedata", "batch_time")))
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            var bySymbol = root.TryGetProperty("meta", out var meta)
                ? [(meta.GetProperty("symbol").GetString()!, root)]
                : root.EnumerateObject().Select(symbol => (Symbol: symbol.Name, Answer: symbol.Value)).ToList();
            Interval.TryParse(bySymbol[0].Item2.GetProperty("meta").GetProperty("interval").GetString(), out var interval).Should().BeTrue(name);

            var answer = Read(body, [.. bySymbol.Select(symbol => symbol.Item1)], interval!);

            foreach (var (symbol, ofSymbol) in bySymbol)
            {
                answer[symbol].Error.Should().BeNull(name);
                answer[symbol].Value.Should().Equal(ofSymbol.GetProperty("values").EnumerateArray().Select(value => Bar(value, interval!)).OrderBy(bar => bar.Start), name);
            }
        }
    }

    [Fact]
    public void Recorded_error_of_one_symbol_stands_beside_the_bars_of_the_other()
    {
        foreach (var (name, body) in RecordedResponses.Of("twelvedata", "batch_error"))
        {
            var answer = Read(body, ["AAPL", "INVALID"], Interval.OneDay);

            answer["AAPL"].Value.Should().ContainSingle(name);
            answer["INVALID"].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol, name);
        }
    }

    [Fact]
    public void Recorded_quotes_are_read()
    {
        foreach (var (name, body) in RecordedResponses.Of("twelvedata", "batch_quote"))
        {
            var answer = TwelveDataQuotes.Read(Encoding.UTF8.GetBytes(body), new TwelveDataBatch(["AAPL", "MSFT"]));

            answer.Values.Should().AllSatisfy(quote => quote.Value!.Price.Should().BePositive(name));
        }
    }

    [Fact]
    public void Recorded_errors_are_of_their_kind_whatever_their_status()
    {
        foreach (var (name, body) in RecordedResponses.Of("twelvedata", "error-"))
        {
            var error = TwelveDataError.ReadWhole(Encoding.UTF8.GetBytes(body))!.ToProviderError(_ => new ProviderError(ProviderErrorKind.RateLimited, ""));

            error.Kind.Should().Be(
                name.Contains("401") ? ProviderErrorKind.NotEntitled : name.Contains("429") ? ProviderErrorKind.RateLimited : ProviderErrorKind.UnknownSymbol, name);
        }
    }

    private static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> Read(string body, string[] symbols, Interval interval) => TwelveDataSeries.Read(
        Encoding.UTF8.GetBytes(body), new TwelveDataBatch(symbols), new BarsWindow(new BarsRequest(symbols, interval, DateTimeOffset.UnixEpoch, Now), Now));

    private static RawBar Bar(JsonElement value, Interval interval)
    {
        var at = DateTime.Parse(value.GetProperty("datetime").GetString()!, CultureInfo.InvariantCulture);
        return new RawBar(
            interval.IsIntraday ? NewYorkTime.ToInstant(DateOnly.FromDateTime(at), TimeOnly.FromDateTime(at)) : new DateTimeOffset(at, TimeSpan.Zero),
            Number("open"), Number("high"), Number("low"), Number("close"), Number("volume"));

        double Number(string name) => double.Parse(value.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }
}
