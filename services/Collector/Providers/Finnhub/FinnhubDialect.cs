using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>
/// How Finnhub wants to be asked and says no (its API documentation, "Authentication" and "Rate limit"): the key in a header, refusals by the status with
/// <c>{"error": "…"}</c>, now and then with status 200; what is left of the minute in the headers of every answer.
/// </summary>
internal sealed class FinnhubDialect(TimeProvider time) : IVendorDialect
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public void Sign(HttpRequestMessage request, string secret) => request.Headers.TryAddWithoutValidation("X-Finnhub-Token", secret);

    public CreditUsage? UsageOf(VendorResponse response) => Number(response.Headers, "X-Ratelimit-Remaining") is { } left
        ? new CreditUsage(Number(response.Headers, "X-Ratelimit-Limit") is { } limit ? (int)Math.Clamp(limit - left, 0, int.MaxValue) : null, (int)Math.Min(left, int.MaxValue))
        : null;

    public ProviderError? ErrorOf(VendorResponse response)
    {
        if (Sentence(response.Body.Span) is { } sentence && OfSentence(sentence, response.IsSuccess) is { } error)
            return error.Kind == ProviderErrorKind.RateLimited ? error with { RetryAfter = UntilReset(response.Headers) } : error;

        // A key that is not accepted is answered with 401: what is forbidden is so by the plan.
        if (response.Status == HttpStatusCode.Forbidden)
            return BeyondPlan();
        return response.Status == HttpStatusCode.TooManyRequests && UntilReset(response.Headers) is { } wait
            ? new ProviderError(ProviderErrorKind.RateLimited, "The key's requests of the minute are spent.", wait)
            : null;
    }

    /// <summary>What a refusal says, there or in a message of the stream. The sentence itself is not passed on: it may repeat the key.</summary>
    /// <param name="sentence">The vendor's words.</param>
    /// <param name="isAllThereIs">There is no status that tells the rest.</param>
    public static ProviderError? OfSentence(string sentence, bool isAllThereIs)
    {
        if (Has("limit reached") || Has("too many requests") || Has("limit exceeded"))
            return new ProviderError(ProviderErrorKind.RateLimited, "The key's requests of the minute are spent.");
        if (Has("have access to this resource"))
            return BeyondPlan();
        if (Has("API key") || Has("Invalid token") || Has("Unauthorized"))
            return new ProviderError(ProviderErrorKind.NotEntitled, "The provider does not accept the key.");
        if (Has("too many symbols"))
            return new ProviderError(ProviderErrorKind.NotSupported, "The key's plan streams fewer symbols.");
        if (Has("Symbol not supported") || Has("Invalid symbol") || Has("Unknown symbol"))
            return new ProviderError(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol.");
        return isAllThereIs ? new ProviderError(ProviderErrorKind.Malformed, "The provider answered an error instead of data.") : null;

        bool Has(string words) => sentence.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    private static ProviderError BeyondPlan() =>
        new(ProviderErrorKind.NotEntitled, "The data is beyond the key's plan.") { ConcernsThisRequestOnly = true };

    /// <summary>The text of the property <c>error</c>, which stands before any column; null when there is none.</summary>
    private static string? Sentence(ReadOnlySpan<byte> body)
    {
        var text = body.TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("{"u8))
            return null;

        var reader = new Utf8JsonReader(text);
        reader.Read();
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8) || reader.ValueTextEquals("errmsg"u8))
                return reader.NextText() ?? "";
            if (reader.Next() is JsonTokenType.StartObject or JsonTokenType.StartArray)
                return null;
        }

        return null;
    }

    /// <summary>Until the instant of which the header tells the seconds since 1970.</summary>
    private TimeSpan? UntilReset(HttpResponseHeaders headers)
    {
        if (VendorJson.UnixTime(Number(headers, "X-Ratelimit-Reset")) is not { } reset)
            return null;

        var wait = reset - time.GetUtcNow();
        return wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait < LongestWait ? wait : LongestWait;
    }

    private static double? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && double.TryParse(values.FirstOrDefault(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e11
            ? number
            : null;
}
