using System.Net;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>
/// The key goes into the header <c>apikey</c>. An error is an object with <c>Error Message</c>, or a plain sentence, under its own status or under 200; the
/// same sentence comes with several statuses, so that the words decide. Sources: Financial Modeling Prep, API documentation, "Authorization", and "FAQs",
/// "API Access"; the wording as its users quote it.
/// </summary>
internal sealed class FmpDialect : IVendorDialect
{
    /// <summary>An error is a sentence or two; what is longer is data.</summary>
    private const int MaxBytes = 8_192;

    /// <summary>
    /// The vendor does not say whether the limit of a day or, with dearer plans, of a minute is meant. The key's own budget knows the day; this is long enough
    /// for the one and not too long for the other.
    /// </summary>
    private static readonly TimeSpan LimitPause = TimeSpan.FromMinutes(15);

    private static readonly string[] LimitWords = ["limit reach", "too many requests", "rate limit"];
    private static readonly string[] KeyWords = ["invalid api key", "api key is missing", "provide an api key", "unauthorized"];

    private static readonly string[] PlanWords =
        ["exclusive endpoint", "special endpoint", "premium", "restricted endpoint", "legacy endpoint", "under your current", "current plan", "upgrade your"];

    public void Sign(HttpRequestMessage request, string secret) => request.Headers.TryAddWithoutValidation("apikey", secret);

    public ProviderError? ErrorOf(VendorResponse response)
    {
        var said = MessageOf(response.Body);
        if (response.Status == HttpStatusCode.TooManyRequests || Says(said, LimitWords))
            return new ProviderError(ProviderErrorKind.RateLimited, "The key's requests are spent.", LimitPause);
        if (response.Status == HttpStatusCode.Unauthorized || Says(said, KeyWords))
            return new ProviderError(ProviderErrorKind.NotEntitled, "The provider does not accept the key.");
        if (response.Status == HttpStatusCode.PaymentRequired || Says(said, PlanWords))
            return new ProviderError(ProviderErrorKind.NotEntitled, "The key's plan does not cover this.") { ConcernsThisRequestOnly = true };

        // Status 404 has a page or an error of its own where the address is wrong.
        if (response.Status == HttpStatusCode.NotFound && IsEmpty(response.Body))
            return new ProviderError(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol.");

        // An error in words that are not known: whether it is the request or the moment cannot be told. The words are not repeated: they may hold the key.
        return said is not null && response.IsSuccess && IsObject(response.Body)
            ? new ProviderError(ProviderErrorKind.Unavailable, "The provider answered an error in words that are not known.")
            : null;
    }

    public CreditUsage? UsageOf(VendorResponse response) => null;

    private static bool Says(string? said, string[] words) =>
        said is not null && words.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is said in place of data; null for data, and for what nobody says in a sentence.</summary>
    private static string? MessageOf(ReadOnlyMemory<byte> body)
    {
        if (body.Length is 0 or > MaxBytes || body.Span.TrimStart(" \t\r\n"u8) is not { Length: > 0 } text || text[0] is (byte)'[' or (byte)'<')
            return null;
        if (text[0] != '{')
            return Encoding.UTF8.GetString(text);

        try
        {
            var reader = new Utf8JsonReader(text);
            reader.Next();
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("Error Message"u8) || reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("error"u8))
                    return reader.NextText();
                reader.SkipValue();
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whatever it is, it is no error of this vendor; who reads it as data will say so.
            return null;
        }
    }

    private static bool IsEmpty(ReadOnlyMemory<byte> body) => body.Span.Trim(" \t\r\n"u8) is var text && (text.SequenceEqual("[]"u8) || text.SequenceEqual("{}"u8));

    private static bool IsObject(ReadOnlyMemory<byte> body) => body.Span.TrimStart(" \t\r\n"u8) is { Length: > 0 } text && text[0] == '{';
}
