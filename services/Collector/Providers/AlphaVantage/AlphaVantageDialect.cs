using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>
/// How Alpha Vantage wants to be asked and says no: the key is a parameter of the query, and every refusal is a success (status 200) whose body is one
/// sentence under <c>Note</c>, <c>Information</c>, <c>Error Message</c> or <c>message</c>. The wordings have changed several times and carry more than one
/// limit at a time ("1 request per second … 25 requests per day"); those that are known from the documentation and from what users quote are told apart here.
/// The sentence is never passed on: it may repeat the key.
/// </summary>
/// <remarks>An empty object alone, <c>{}</c>, is documented nowhere: it is taken for an answer that failed, and not for a range or a symbol without bars.</remarks>
internal sealed class AlphaVantageDialect(TimeProvider time) : IVendorDialect
{
    private static readonly TimeSpan PauseOfSecond = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseOfMinute = TimeSpan.FromMinutes(1);

    public void Sign(HttpRequestMessage request, string secret)
    {
        var path = request.RequestUri!.OriginalString;
        request.RequestUri = new Uri($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}apikey={Uri.EscapeDataString(secret)}", UriKind.RelativeOrAbsolute);
    }

    public CreditUsage? UsageOf(VendorResponse response) => null;

    public ProviderError? ErrorOf(VendorResponse response)
    {
        var text = response.Body.Span.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("Thank you for using"u8))
            return OfSentence(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 1_000)]), isErrorMessage: false);
        if (!text.StartsWith("{"u8))
            return null;

        // A refusal has its sentence before any data, so that reading ends at the first object or array.
        var reader = new Utf8JsonReader(text);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isErrorMessage = reader.ValueTextEquals("Error Message"u8);
            var isSentence = isErrorMessage || reader.ValueTextEquals("Note"u8) || reader.ValueTextEquals("Information"u8)
                || (response.IsSuccess && (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("detail"u8) || reader.ValueTextEquals("error"u8)));
            var isQuote = reader.ValueSpan.StartsWith("Global Quote"u8);
            if (!reader.Read())
                return null;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                return isQuote && reader.Read() && reader.TokenType == JsonTokenType.EndObject ? UnknownSymbol() : null;
            if (isSentence && reader.TokenType == JsonTokenType.String && reader.GetString() is { } sentence && !Is(sentence, "success"))
                return OfSentence(sentence, isErrorMessage);
        }

        return null;
    }

    private ProviderError OfSentence(string sentence, bool isErrorMessage)
    {
        // First what is unmistakable: samples and premium notes speak of "requests per minute" of the plans that they advertise, and limits of "all premium
        // endpoints" that those would unlock.
        if (Has("ARTIFICIAL"))
            return BeyondPlan("The provider answered an artificial sample: the data is beyond the key's plan.");
        if (Has("is a premium") || Has("is premium") || Has("entitlement"))
            return BeyondPlan("The data is beyond the key's plan.");
        if (Has("apikey is invalid") || Has("api key is invalid") || Has("invalid api key") || Has("apikey is missing") || Has("invalid or missing"))
            return KeyRefused("The provider does not accept the key.");
        if (Has("demo") && Has("API key"))
            return KeyRefused("The key is the demonstration key, which has a few samples only.");

        // The shortest limit first: it is the one that was passed when several are named.
        if (Has("per second"))
            return new ProviderError(ProviderErrorKind.RateLimited, "The key's requests of a second are spent.", PauseOfSecond);

        // "Please consider spreading out your free API requests more sparingly", beside the limit of a day: said of requests too close together.
        if (Has("per minute") || Has("Burst pattern") || Has("spreading out"))
            return new ProviderError(ProviderErrorKind.RateLimited, "The key's requests of a minute are spent.", PauseOfMinute);
        if (Has("per day") || Has("daily rate limit") || Has("detected your API key"))
            return new ProviderError(ProviderErrorKind.RateLimited, "The key's requests of a day are spent.", UntilMidnight());

        // "The intraday time series encountered an internal or external error - we apologize for the inconvenience."
        if (Has("internal") && Has("error"))
            return new ProviderError(ProviderErrorKind.Unavailable, "The provider says that something is wrong with it.");
        if (Has("Invalid API call") || Has("No data for") || Has("Invalid symbol") || Has("symbol is invalid"))
            return UnknownSymbol();
        if (isErrorMessage)
            return new ProviderError(ProviderErrorKind.NotSupported, "The provider refused the request as not valid.");

        // "Please visit … if you would like to have a higher API call volume", and whatever will be thought of next.
        return Has("Thank you for using") || Has("API call") || Has("rate limit")
            ? new ProviderError(ProviderErrorKind.RateLimited, "The provider answered a note instead of data.", PauseOfMinute)
            : new ProviderError(ProviderErrorKind.Malformed, "The provider answered a sentence instead of data.");

        bool Has(string words) => sentence.Contains(words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The provider does not say when its day begins; it keeps New York's time otherwise.</summary>
    private TimeSpan UntilMidnight()
    {
        var now = time.GetUtcNow();
        return NewYorkTime.ToInstant(NewYorkTime.DateAt(now).AddDays(1), TimeOnly.MinValue) - now;
    }

    private static ProviderError UnknownSymbol() =>
        new(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol, or has nothing of it there.");

    private static ProviderError BeyondPlan(string detail) => new(ProviderErrorKind.NotEntitled, detail) { ConcernsThisRequestOnly = true };

    private static ProviderError KeyRefused(string detail) => new(ProviderErrorKind.NotEntitled, detail);

    private static bool Is(string sentence, string word) => string.Equals(sentence.Trim(), word, StringComparison.OrdinalIgnoreCase);
}
