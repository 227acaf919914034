using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>What <c>meta</c> says of the instrument that an answer is about.</summary>
internal sealed record TwelveDataMeta(string? Symbol, string? TimeZone, string? Type, string? Interval = null)
{
    public static readonly TwelveDataMeta Unsaid = new(null, null, null);

    public static TwelveDataMeta Read(ref Utf8JsonReader reader)
    {
        if (reader.Next() != JsonTokenType.StartObject)
        {
            reader.Skip();
            return Unsaid;
        }

        string? symbol = null, timeZone = null, type = null, interval = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
                symbol = reader.NextText();
            else if (reader.ValueTextEquals("exchange_timezone"u8))
                timeZone = reader.NextText();
            else if (reader.ValueTextEquals("type"u8))
                type = reader.NextText();
            else if (reader.ValueTextEquals("interval"u8))
                interval = reader.NextText();
            else
                reader.SkipValue();
        }

        return new TwelveDataMeta(symbol, timeZone, type, interval);
    }

    /// <summary>
    /// Why this is not the instrument that was asked for; null when it is, or when nothing is said. An index and a stock may share their letters.
    /// </summary>
    public ProviderError? WrongFor(string symbol)
    {
        if (!string.IsNullOrEmpty(Symbol) && !(TwelveDataSymbols.Of(symbol) is { } asked && EchoedSymbol.IsSame(Symbol, asked)))
            return new ProviderError(ProviderErrorKind.Malformed, $"The answer is about another symbol than {symbol}.");
        if (!string.IsNullOrEmpty(Type) && TwelveDataSymbols.IsIndex(symbol) != Type.Equals("Index", StringComparison.OrdinalIgnoreCase))
            return new ProviderError(ProviderErrorKind.UnknownSymbol, $"The provider knows the letters of {symbol} as something else: {Type}.");
        return null;
    }

    /// <summary>As <see cref="WrongFor(string)"/>, of bars of an interval.</summary>
    public ProviderError? WrongFor(string symbol, Interval asked) =>
        string.IsNullOrEmpty(Interval) || (Market.Interval.TryParse(Interval, out var theirs) && theirs == asked)
            ? WrongFor(symbol)
            : new ProviderError(ProviderErrorKind.Malformed, $"The answer is of another interval than {asked}.");

    /// <summary>
    /// The clock of the times in the answer; null for an exchange whose clock is not known here: its sessions could not be asked for in its own time either.
    /// Daily bars have no clock, only dates. Currencies are traded at no exchange and their times are of UTC, which was not asked for either.
    /// </summary>
    public ExchangeClock? ClockFor(Interval interval)
    {
        if (!interval.IsIntraday)
            return ExchangeClock.Dates;

        return TimeZone switch
        {
            null or "" when Type?.Contains("Currency", StringComparison.OrdinalIgnoreCase) == true => null,
            null or "" or "America/New_York" or "US/Eastern" or "EST5EDT" => ExchangeClock.NewYork(),
            _ => null,
        };
    }
}
