using System.Globalization;
using System.Net;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>
/// The key goes into a header, so that it is in no log of addresses. An error is an object with <c>code</c>, <c>message</c> and <c>status: error</c>, under
/// status 200 as well as under its own. Sources: Twelve Data, API documentation, "Authentication" and "Errors"; support page "Credits".
/// </summary>
internal sealed class TwelveDataDialect(TimeProvider time) : IVendorDialect
{
    public void Sign(HttpRequestMessage request, string secret) =>
        request.Headers.TryAddWithoutValidation("Authorization", $"apikey {secret}");

    public ProviderError? ErrorOf(VendorResponse response)
    {
        if (TwelveDataError.ReadWhole(response.Body) is not { } error)
        {
            var limit = TwelveDataError.ReadLimitOfEach(response.Body) ?? (response.Status == HttpStatusCode.TooManyRequests ? new TwelveDataError(429, "") : null);
            return limit is null ? null : Limit(limit);
        }

        // What concerns a symbol or its dates is for the reader, which finds it inside of batches as well.
        return error.ConcernsSymbol ? null : error.ToProviderError(Limit);
    }

    /// <remarks>Where every symbol of a batch fails, the status may say so as well: what is wrong with each stands in the body, by its symbol.</remarks>
    public bool IsReadable(VendorResponse response) =>
        response.IsSuccess || TwelveDataError.ReadWhole(response.Body) is { ConcernsSymbol: true }
        || (response.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound && TwelveDataError.IsEach(response.Body));

    /// <summary>Headers <c>api-credits-used</c> and <c>api-credits-left</c>: of the key, in the minute under way.</summary>
    public CreditUsage? UsageOf(VendorResponse response)
    {
        var (used, left) = (Number("api-credits-used"), Number("api-credits-left"));
        return used is null && left is null ? null : new CreditUsage(used, left);

        int? Number(string header) =>
            response.Headers.TryGetValues(header, out var values)
            && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }

    /// <summary>Credits come back with the clock's next minute, or with the next day (UTC) once the day's are spent.</summary>
    private ProviderError Limit(TwelveDataError error)
    {
        var ofDay = error.Says("for the day") || error.Says("daily");
        var window = ofDay ? TimeSpan.TicksPerDay : TimeSpan.TicksPerMinute;
        return new ProviderError(
            ProviderErrorKind.RateLimited,
            ofDay ? "The key's credits of the day are spent." : "The key's credits of the minute are spent.",
            TimeSpan.FromTicks(window - (time.GetUtcNow().UtcTicks % window)));
    }
}
