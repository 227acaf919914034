using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Steps through a vendor's JSON with a reader, without a document in between. What cannot be understood is a <see cref="JsonException"/>.</summary>
internal static class VendorJson
{
    /// <summary>What is kept of a text that stands where a number belongs, and of a vendor's message.</summary>
    private const int MaxText = 200;

    /// <summary>Moves on within a document that must not end here.</summary>
    public static JsonTokenType Next(this ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("The answer ends in the middle.");

    /// <summary>Moves on to a token that must be the next.</summary>
    public static void Expect(this ref Utf8JsonReader reader, JsonTokenType token, string otherwise)
    {
        if (reader.Next() != token)
            throw new JsonException(otherwise);
    }

    /// <summary>Nothing but blanks may follow the value that has been read.</summary>
    public static void ExpectEnd(this ref Utf8JsonReader reader)
    {
        if (reader.Read())
            throw new JsonException("Something follows the end of the answer.");
    }

    /// <summary>Moves over the value of a property.</summary>
    public static void SkipValue(this ref Utf8JsonReader reader)
    {
        reader.Next();
        reader.Skip();
    }

    /// <summary>
    /// Reads the next value as a price or volume: a number, or a text that is one as many vendors write it. Null and an empty text are missing values, never
    /// zero; any other text is kept as it is.
    /// </summary>
    public static RawValue NextValue(this ref Utf8JsonReader reader)
    {
        switch (reader.Next())
        {
            case JsonTokenType.Number:
                return NumberText.Read(reader.ValueSpan, commaDelimited: false);
            case JsonTokenType.String:
                if (!reader.ValueIsEscaped && reader.ValueSpan.Length <= MaxText)
                    return NumberText.Read(reader.ValueSpan, commaDelimited: false);
                return new RawValue(Cut(reader.GetString()!));
            case JsonTokenType.Null:
                return default;
            default:
                var kind = reader.TokenType.ToString();
                reader.Skip();
                return new RawValue(kind);
        }
    }

    /// <summary>Reads the next value as a number, written as one or as a text; null when it is none.</summary>
    public static double? NextNumber(this ref Utf8JsonReader reader) => reader.NextValue().Number;

    /// <summary>Reads the next value as a text; null when it is none.</summary>
    public static string? NextText(this ref Utf8JsonReader reader)
    {
        if (reader.Next() == JsonTokenType.String)
            return Cut(reader.GetString()!);

        reader.Skip();
        return null;
    }

    /// <summary>Reads the next value as a date, <c>2024-11-22</c>, whatever time of day follows it; null when it is none.</summary>
    public static DateOnly? NextDate(this ref Utf8JsonReader reader)
    {
        if (reader.Next() == JsonTokenType.String && !reader.ValueIsEscaped && TryReadDate(reader.ValueSpan, out var date))
            return date;

        reader.Skip();
        return null;
    }

    /// <summary>Reads a date at the beginning of a text.</summary>
    public static bool TryReadDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !TryReadDigits(text[..4], out var year) || !TryReadDigits(text.Slice(5, 2), out var month) || !TryReadDigits(text.Slice(8, 2), out var day)
            || year is 0 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;

        date = new DateOnly(year, month, day);
        return true;
    }

    /// <summary>
    /// Reads an exchange's local time, <c>2024-11-22 09:30:00</c> or with a <c>T</c> and without seconds, or a date alone, which is its midnight.
    /// </summary>
    public static bool TryReadLocalTime(ReadOnlySpan<byte> text, out DateOnly date, out TimeOnly time)
    {
        time = default;
        if (!TryReadDate(text, out date))
            return false;
        if (text.Length == 10)
            return true;

        var second = 0;
        if (text.Length is not (16 or 19) || (text[10] != ' ' && text[10] != 'T') || text[13] != ':'
            || !TryReadDigits(text.Slice(11, 2), out var hour) || !TryReadDigits(text.Slice(14, 2), out var minute)
            || (text.Length == 19 && (text[16] != ':' || !TryReadDigits(text.Slice(17, 2), out second)))
            || hour > 23 || minute > 59 || second > 59)
            return false;

        time = new TimeOnly(hour, minute, second);
        return true;
    }

    /// <summary>An instant of so many seconds since 1970; null when there is no such instant.</summary>
    public static DateTimeOffset? UnixTime(double? seconds) =>
        seconds is > -62_135_596_800 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds.Value) : null;

    /// <summary>A whole number of shares; null when there is none or it is no such number.</summary>
    public static long? Shares(double? volume) => volume is >= 0 and < 9e18 ? (long)Math.Round(volume.Value) : null;

    /// <summary>A price of a quote; null when there is none, for which some vendors say 0.</summary>
    public static double? Price(double? price) => price > 0 ? price : null;

    /// <summary>Midnight UTC of a date, by which daily bars are named.</summary>
    public static DateTimeOffset DayStart(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>A date as vendors want it in a query.</summary>
    public static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];

    private static bool TryReadDigits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var value in text)
        {
            var digit = (uint)(value - '0');
            if (digit > 9)
                return false;
            number = (number * 10) + (int)digit;
        }

        return true;
    }
}
