using System.Globalization;
using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Reads the times that a vendor writes by the clock of an exchange, or, where it says so itself, by another: <c>2025-11-04T14:30:00Z</c> and
/// <c>2025-11-04 09:30:00-05:00</c> are instants whoever writes them. Not for several threads: one that reads New York's time remembers the offset of the day
/// that it is in, since bars of one day stand together.
/// </summary>
internal sealed class ExchangeClock
{
    /// <summary>Reads dates, whatever time follows them; each is its midnight UTC, by which daily bars are named.</summary>
    public static readonly ExchangeClock Dates = new(readsDates: true);

    private const int MaxLength = 40;

    private static readonly string[] WithOffsets =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private readonly bool _readsDates;
    private DateOnly _day = DateOnly.MinValue;
    private TimeSpan _offset;

    private ExchangeClock(bool readsDates) => _readsDates = readsDates;

    /// <summary>Reads New York's local times.</summary>
    public static ExchangeClock NewYork() => new(readsDates: false);

    /// <summary>The instant in UTC; null when the text is not a time of this kind. A date alone is no time of day.</summary>
    public DateTimeOffset? Read(ReadOnlySpan<byte> text)
    {
        if (_readsDates)
            return VendorJson.TryReadDate(text, out var session) ? VendorJson.DayStart(session) : null;
        if (text.Length <= 10)
            return null;
        if (!VendorJson.TryReadLocalTime(text, out var date, out var time))
            return WithOffset(text);

        // Clocks change on Sundays.
        if (date.DayOfWeek == DayOfWeek.Sunday)
            return NewYorkTime.ToInstant(date, time);
        if (date != _day)
            (_day, _offset) = (date, NewYorkTime.FromInstant(NewYorkTime.ToInstant(date, time)).Offset);
        return new DateTimeOffset(date.ToDateTime(time).Ticks - _offset.Ticks, TimeSpan.Zero);
    }

    private static DateTimeOffset? WithOffset(ReadOnlySpan<byte> text)
    {
        Span<char> letters = stackalloc char[MaxLength];
        if (text.Length is <= 19 or > MaxLength || !Ascii.IsValid(text) || (text[^1] != 'Z' && text[^6] is not ((byte)'+' or (byte)'-')))
            return null;

        Encoding.ASCII.GetChars(text, letters);
        return DateTimeOffset.TryParseExact(letters[..text.Length], WithOffsets, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime()
            : null;
    }
}
