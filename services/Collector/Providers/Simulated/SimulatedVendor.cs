using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// The far side of the simulated provider: a vendor's web API without a network in between. What the provider gets is bytes, as from a
/// real vendor, so all that can go wrong with bytes can be tried out.
/// </summary>
/// <remarks>
/// <c>GET /instruments</c> →
/// <c>{"instruments":[{"symbol","name","exchange","currency","sector","aliases":[],"listed":"2022-03-10"|null}]}</c>;
/// <c>GET /bars?symbols=A,B&amp;interval=15min&amp;from=&amp;to=</c> →
/// <c>{"bars":{"A":[{"t","o","h","l","c","v"}]},"errors":{"B":"unknown symbol"}}</c>;
/// <c>GET /actions?symbols=&amp;from=&amp;to=</c> → <c>{"actions":{"A":[{"type":"split","date","value"}]},"errors":{}}</c>;
/// <c>GET /quotes?symbols=</c> → <c>{"quotes":{"A":{"t","o","h","l","c","v","p"}},"errors":{}}</c>, <c>p</c> being the close before;
/// <c>GET /options?symbol=A&amp;from=&amp;to=</c> → <see cref="SimulatedChainJson"/>.
/// </remarks>
internal sealed class SimulatedVendor(SimulatedMarket market, SimulatedChains chains, FaultInjection faults, TimeProvider time) : HttpMessageHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        var now = time.GetUtcNow();
        switch (faults.OfRequest(uri.PathAndQuery, now))
        {
            case RequestFault.RateLimit:
                var limited = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
                limited.Headers.RetryAfter = new RetryConditionHeaderValue(RetryAfter);
                return limited;
            case RequestFault.TimeOut:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
                break;
            case RequestFault.BrokenJson:
                var whole = Answer(uri, now);
                return Ok(whole.WrittenMemory[..(whole.WrittenCount / 2)]);
        }

        return Answer(uri, now) is { WrittenCount: > 0 } body ? Ok(body.WrittenMemory) : new HttpResponseMessage(HttpStatusCode.BadRequest);
    }

    private static HttpResponseMessage Ok(ReadOnlyMemory<byte> json)
    {
        var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
    }

    /// <summary>The body of the answer; empty for a request that cannot be understood.</summary>
    private ArrayBufferWriter<byte> Answer(Uri uri, DateTimeOffset now)
    {
        var query = QueryHelpers.ParseQuery(uri.Query);
        var body = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true });
        switch (uri.AbsolutePath)
        {
            case "/instruments":
                WriteInstruments(json);
                break;
            case "/bars" when Interval.TryParse(query["interval"], out var interval) && SimulatedMarket.Intervals.Contains(interval)
                && TryGetTime(query["from"], out var from) && TryGetTime(query["to"], out var to):
                WriteBars(json, Symbols(query["symbols"]), interval, from, to, now);
                break;
            case "/actions" when TryGetTime(query["from"], out var from) && TryGetTime(query["to"], out var to):
                WriteActions(json, Symbols(query["symbols"]), from, to, now);
                break;
            case "/quotes":
                WriteQuotes(json, Symbols(query["symbols"]), now);
                break;
            case "/options" when market.Has(query["symbol"].ToString()) && TryGetTime(query["from"], out var from) && TryGetTime(query["to"], out var to):
                SimulatedChainJson.Write(
                    json, chains.Chain(query["symbol"].ToString(), DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime), now));
                break;
        }

        json.Flush();
        return body;
    }

    private static string[] Symbols(StringValues text) => text.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static bool TryGetTime(StringValues text, out DateTimeOffset instant) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);

    private void WriteInstruments(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("instruments"u8);
        foreach (var company in market.Companies)
        {
            json.WriteStartObject();
            json.WriteString("symbol"u8, company.Symbol);
            json.WriteString("name"u8, company.Instrument.Name);
            json.WriteString("exchange"u8, company.Instrument.Exchange);
            json.WriteString("currency"u8, company.Instrument.Currency);
            json.WriteString("sector"u8, company.Instrument.Sector);
            json.WriteStartArray("aliases"u8);
            foreach (var alias in company.Instrument.Aliases ?? [])
                json.WriteStringValue(alias);
            json.WriteEndArray();
            json.WriteString("listed"u8, company.ListedOn?.ToString("O", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteBars(
        Utf8JsonWriter json, string[] symbols, Interval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var bars = new List<Bar>();
        json.WriteStartObject();
        json.WriteStartObject("bars"u8);
        foreach (var symbol in symbols.Where(market.Has))
        {
            bars.Clear();
            market.AddBars(symbol, interval, from, to, now, bars);
            json.WriteStartArray(symbol);
            foreach (var bar in faults.Spoil(symbol, interval, bars, now))
                bar.Write(json, interval);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteUnknown(json, symbols);
        json.WriteEndObject();
    }

    private void WriteQuotes(Utf8JsonWriter json, string[] symbols, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteStartObject("quotes"u8);
        foreach (var symbol in symbols.Where(market.Has))
        {
            if (market.Quote(symbol, now) is not { } quote)
                continue;
            json.WriteStartObject(symbol);
            json.WriteString("t"u8, quote.At.UtcDateTime);
            json.WriteNumber("o"u8, quote.Open!.Value);
            json.WriteNumber("h"u8, quote.High!.Value);
            json.WriteNumber("l"u8, quote.Low!.Value);
            json.WriteNumber("c"u8, quote.Price);
            json.WriteNumber("v"u8, quote.Volume!.Value);
            if (quote.PreviousClose is { } before)
                json.WriteNumber("p"u8, before);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteUnknown(json, symbols);
        json.WriteEndObject();
    }

    private void WriteActions(Utf8JsonWriter json, string[] symbols, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteStartObject("actions"u8);
        foreach (var symbol in symbols.Where(market.Has))
        {
            json.WriteStartArray(symbol);
            var (first, last) = (DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime));
            foreach (var action in market.Actions(symbol, first, last, NewYorkTime.DateAt(now)))
            {
                json.WriteStartObject();
                json.WriteString("type"u8, action.Kind == Contracts.Messages.CorporateActionKind.Split ? "split" : "dividend");
                json.WriteString("date"u8, action.ExDate.ToString("O", CultureInfo.InvariantCulture));
                json.WriteNumber("value"u8, action.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteUnknown(json, symbols);
        json.WriteEndObject();
    }

    private void WriteUnknown(Utf8JsonWriter json, string[] symbols)
    {
        json.WriteStartObject("errors"u8);
        foreach (var symbol in symbols.Where(symbol => !market.Has(symbol)))
            json.WriteString(symbol, "unknown symbol");
        json.WriteEndObject();
    }
}
