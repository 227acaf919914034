using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>What the vendor says instead of data, for a whole request or for one symbol of a batch. The codes say what HTTP says with them.</summary>
internal sealed record TwelveDataError(int Code, string Message)
{
    /// <summary>An error is a sentence or two; what is longer is data and is read once only.</summary>
    private const int MaxBytes = 8_192;

    private static readonly char[] Separators = [' ', ',', ':', ';', '"', '\''];

    /// <summary>It is about the symbol or its dates; the rest of a batch is not touched by it.</summary>
    public bool ConcernsSymbol => IsNothingThere || IsUnknownSymbol;

    /// <summary>"No data is available on the specified dates": that a range has no bars is told as an error.</summary>
    public bool IsNothingThere => Code is 400 or 404 && Message.StartsWith("No data", StringComparison.OrdinalIgnoreCase);

    private bool IsUnknownSymbol => !IsBeyondPlan && !IsNothingThere
        && ((Code == 404 && !Says("endpoint")) || (Code == 400 && (Says("**symbol**") || Says("**figi**") || Says("symbol not found"))));

    /// <summary>"... is available starting with the Pro plan": said with 403, and of symbols with 404 as well.</summary>
    private bool IsBeyondPlan => Code == 403 || (Code is 400 or 404 && (Says("available starting with") || Says("available exclusively with")));

    /// <summary>Reads the error that an answer is as a whole; null when it is none.</summary>
    public static TwelveDataError? ReadWhole(ReadOnlyMemory<byte> body)
    {
        if (body.Length is 0 or > MaxBytes)
            return null;

        try
        {
            var reader = new Utf8JsonReader(body.Span);
            if (reader.Next() != JsonTokenType.StartObject)
                return null;

            var parts = new Parts();
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (!parts.TryTake(ref reader))
                    reader.SkipValue();
            }

            return parts.Error;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whatever it is, it is no error of this vendor; who reads it as data will say so.
            return null;
        }
    }

    /// <summary>Whether an answer is an object of objects, as one that tells each symbol's error by its symbol.</summary>
    public static bool IsEach(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            return reader.Next() == JsonTokenType.StartObject && reader.Next() == JsonTokenType.PropertyName && reader.Next() == JsonTokenType.StartObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// The limit that each symbol of a batch ran into, where all of them did: then it is the key's, and not only of what was left of a batch. Data is found not to
    /// be one at its first object.
    /// </summary>
    public static TwelveDataError? ReadLimitOfEach(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            reader.Expect(JsonTokenType.StartObject, "");
            TwelveDataError? limit = null;
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (reader.Next() != JsonTokenType.StartObject)
                    return null;

                var parts = new Parts();
                while (reader.Next() == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("values"u8))
                        return null;
                    if (!parts.TryTake(ref reader))
                        reader.SkipValue();
                }

                if (parts.Error is not { Code: 429 } error)
                    return null;
                limit = error;
            }

            return limit;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What to do about it. The vendor's words are left out: they may hold the key.</summary>
    /// <param name="limit">Says what a passed limit means.</param>
    public ProviderError ToProviderError(Func<TwelveDataError, ProviderError> limit) => Code switch
    {
        429 => limit(this),
        401 => new(ProviderErrorKind.NotEntitled, "The provider does not accept the key."),
        _ when IsBeyondPlan => new(ProviderErrorKind.NotEntitled, "The key's plan does not cover this.") { ConcernsThisRequestOnly = true },
        _ when IsUnknownSymbol => new(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol."),
        _ when IsNothingThere => new(ProviderErrorKind.UnknownSymbol, "The provider has nothing of the symbol."),
        408 or 504 => new(ProviderErrorKind.TimedOut, $"The provider answered {Code}."),
        >= 500 => new(ProviderErrorKind.Unavailable, $"The provider answered {Code}."),
        >= 400 => new(ProviderErrorKind.NotSupported, $"The provider answered {Code}."),
        _ => new(ProviderErrorKind.Malformed, "The answer says that there is an error, and not which."),
    };

    /// <summary>The error of one symbol in an answer.</summary>
    public SymbolAnswer<T> ToAnswer<T>()
        where T : class => new(null, ToProviderError(OfSymbol));

    /// <summary>Whether the message has a symbol's letters as a word.</summary>
    public bool Names(string symbol) =>
        TwelveDataSymbols.Of(symbol) is { } theirs && Message.Split(Separators).Any(word => word.TrimEnd('.').Equals(theirs, StringComparison.OrdinalIgnoreCase));

    public bool Says(string words) => Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>A limit inside of a batch: others of it were served, so it is the minute's.</summary>
    private static ProviderError OfSymbol(TwelveDataError error) =>
        new(ProviderErrorKind.RateLimited, "The key's credits did not suffice for this symbol.", TimeSpan.FromMinutes(1));

    /// <summary>Collects what an error consists of while an object is gone through; data has a <c>status</c> too.</summary>
    internal struct Parts
    {
        private int _code;
        private string? _message;
        private bool _failed;

        public readonly TwelveDataError? Error => _failed || _code >= 400 ? new TwelveDataError(_code, _message ?? "") : null;

        /// <summary>Takes the property on whose name the reader stands if it is one of an error's.</summary>
        public bool TryTake(ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("code"u8))
                _code = reader.NextNumber() is >= 0 and <= 999 and var code ? (int)code : 0;
            else if (reader.ValueTextEquals("message"u8))
                _message = reader.NextText();
            else if (reader.ValueTextEquals("status"u8))
                _failed = string.Equals(reader.NextText(), "error", StringComparison.OrdinalIgnoreCase);
            else
                return false;

            return true;
        }
    }
}
