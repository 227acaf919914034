using System.Net;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// How Yahoo says no: <c>{"chart": {"result": null, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}}</c>, with
/// <c>optionChain</c> or <c>finance</c> in place of <c>chart</c>, with status 200, 400, 401, 404 or 422; "Too Many Requests" as plain text, also with
/// status 200; status 999 for callers that it has had enough of. Nothing of this is documented; it is what users of these paths quote.
/// </summary>
internal sealed class YahooDialect : IVendorDialect
{
    /// <summary>A range in which the symbol has no data: for Yahoo an error, for us a success without bars.</summary>
    public static readonly ProviderError NothingThere = new(ProviderErrorKind.NotSupported, "The provider has nothing in that range.");

    /// <summary>The crumb or its cookie is no longer accepted, or never was.</summary>
    /// <remarks>There is no key that could be refused: charts are to be had without a crumb.</remarks>
    public static readonly ProviderError InvalidCrumb =
        new(ProviderErrorKind.NotEntitled, "The provider does not accept the crumb.") { ConcernsThisRequestOnly = true };

    /// <summary>The provider wants a person to agree to cookies first, which nobody does for them here.</summary>
    public static readonly ProviderError Consent =
        new(ProviderErrorKind.NotEntitled, "The provider wants a person's consent to its cookies from this part of the world.") { ConcernsThisRequestOnly = true };

    private const int MaxSentence = 200;

    public static readonly YahooDialect Instance = new();

    private YahooDialect()
    {
    }

    public void Sign(HttpRequestMessage request, string secret)
    {
        // There is no key.
    }

    public CreditUsage? UsageOf(VendorResponse response) => null;

    public ProviderError? ErrorOf(VendorResponse response)
    {
        var text = response.Body.Span.TrimStart(" \t\r\n"u8);
        if ((int)response.Status == 999 || text.StartsWith("Too Many Requests"u8) || text.StartsWith("Edge: Too Many Requests"u8))
            return new ProviderError(ProviderErrorKind.RateLimited, "The provider says that it was asked too much.");
        if (IsConsent(response))
            return Consent;
        if (!text.StartsWith("{"u8))
            return response.Status == HttpStatusCode.Unauthorized ? InvalidCrumb : null;

        try
        {
            return ReadError(text) is var (code, description) ? OfSentence(code, description) : null;
        }
        catch (JsonException)
        {
            // The status says what is left to say; a success that is not JSON is found out by whoever reads it.
            return null;
        }
    }

    /// <summary>Whether an answer leads a person to the page on which to agree to cookies, as Yahoo's do in Europe.</summary>
    public static bool IsConsent(VendorResponse response) =>
        (int)response.Status is >= 300 and < 400 && response.Headers.Location is { } to
        && (to.OriginalString.Contains("consent", StringComparison.OrdinalIgnoreCase) || to.OriginalString.Contains("guce.", StringComparison.OrdinalIgnoreCase));

    /// <summary>The error beside the result of the one answer that a body has; null when that is null, as it is beside data.</summary>
    private static (string Code, string Description)? ReadError(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        reader.Read();
        if (reader.Next() != JsonTokenType.PropertyName || reader.Next() != JsonTokenType.StartObject)
            return null;

        while (reader.Next() == JsonTokenType.PropertyName)
        {
            var isError = reader.ValueTextEquals("error"u8);
            if (reader.Next() != JsonTokenType.StartObject || !isError)
            {
                reader.Skip();
                continue;
            }

            string code = "", description = "";
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("code"u8))
                    code = reader.NextText() ?? "";
                else if (reader.ValueTextEquals("description"u8))
                    description = reader.NextText() ?? "";
                else
                    reader.SkipValue();
            }

            return (code, description);
        }

        return null;
    }

    private static ProviderError OfSentence(string code, string description)
    {
        if (Has(code, "Not Found") || Has(description, "No data found") || Has(description, "delisted"))
            return new ProviderError(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol.");
        if (Has(description, "Invalid Crumb") || Has(description, "Invalid Cookie") || Has(code, "Unauthorized"))
            return InvalidCrumb;
        if (Has(description, "Data doesn't exist"))
            return NothingThere;
        if (Has(code, "Too Many") || Has(description, "Too Many"))
            return new ProviderError(ProviderErrorKind.RateLimited, "The provider says that it was asked too much.");
        if (Has(code, "Internal") || Has(description, "Internal"))
            return new ProviderError(ProviderErrorKind.Unavailable, "The provider says that something is wrong with it.");

        var sentence = $"{code}: {description}";
        return new ProviderError(ProviderErrorKind.NotSupported, $"The provider refused the request ({sentence[..Math.Min(sentence.Length, MaxSentence)]}).");
    }

    private static bool Has(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
