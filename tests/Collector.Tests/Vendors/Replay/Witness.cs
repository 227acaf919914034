using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Reads recorded answers as a document, by their shape alone.</summary>
internal static partial class Witness
{
    private static readonly string[] Missing = ["", "null", "none", "nan", "n/a", "-"];

    /// <summary>What an answer says under a status. One that the witness cannot follow is no evidence, but of what must end in no exception.</summary>
    public static Testimony Of(RecordedAnswer answer, int status)
    {
        try
        {
            return Read(answer, status);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException or NullReferenceException)
        {
            return new Testimony { IsAmbiguous = true };
        }
    }

    private static Testimony Read(RecordedAnswer answer, int status)
    {
        var text = Encoding.UTF8.GetString(answer.Body()).TrimStart('\uFEFF');
        JsonElement? root = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // A sentence, a page or CSV.
        }

        return answer.Provider switch
        {
            TwelveDataProvider.ProviderName => TwelveDataWitness.Of(root, status),
            AlphaVantageProvider.ProviderName => AlphaVantageWitness.Of(root, text, answer, status),
            FinnhubProvider.ProviderName => FinnhubWitness.Of(root, answer, status),
            FmpProvider.ProviderName => FmpWitness.Of(root, text, answer, status),
            _ => YahooWitness.Of(root, status),
        };
    }

    /// <summary>A value that vendors write as a number or as a text.</summary>
    public static RawValue Value(JsonElement item, string name) => !item.TryGetProperty(name, out var value) ? default : value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => Value(value.GetString()!),
        _ => default,
    };

    public static RawValue Value(string text) => Missing.Contains(text, StringComparer.OrdinalIgnoreCase) ? default
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : new RawValue(text);

    public static string? Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool Has(JsonElement item, params string[] names) => item.ValueKind == JsonValueKind.Object && names.All(name => item.TryGetProperty(name, out _));

    /// <summary>An instant by New York's clock, or midnight UTC of a day.</summary>
    public static DateTimeOffset Start(string text, bool isIntraday)
    {
        var local = DateTime.Parse(text, CultureInfo.InvariantCulture);
        return isIntraday
            ? NewYorkTime.ToInstant(DateOnly.FromDateTime(local), TimeOnly.FromDateTime(local))
            : new DateTimeOffset(local.Date, TimeSpan.Zero);
    }

    public static bool IsInRegularSession(DateTimeOffset start, Interval interval) =>
        !interval.IsIntraday || (ExchangeCalendar.UsEquities.TryGetSessionAt(start, out var session) && session.BarIndex(interval, start) >= 0);

    /// <summary>The interval that the words of the index name, or else the distance between two rows that is seen most often; null for one that is not collected.</summary>
    public static Interval? IntervalOf(string words, IEnumerable<DateTime> times)
    {
        if (Named().Match(words) is { Success: true } named)
            return Interval.TryParse($"{named.Groups["count"].Value}{(named.Groups["unit"].Value.StartsWith('h') ? "h" : "min")}", out var spelled) ? spelled : null;

        var all = times.ToList();
        if (all.TrueForAll(time => time.TimeOfDay == TimeSpan.Zero))
        {
            var days = Gaps(all);
            return days.Count == 0 || days[days.Count / 2] < TimeSpan.FromDays(5) ? Interval.OneDay : null;
        }

        var gaps = Gaps(all);
        return gaps.Count == 0 ? null : Interval.All.FirstOrDefault(interval => interval.Length == gaps.GroupBy(gap => gap).MaxBy(same => same.Count())!.Key);
    }

    private static List<TimeSpan> Gaps(List<DateTime> times) =>
        [.. times.Zip(times.Skip(1), (one, other) => (one - other).Duration()).Where(gap => gap > TimeSpan.Zero).Order()];

    [GeneratedRegex(@"(?<![\w-])(?<count>\d+)\s?(?<unit>min|hour|h|m)\b")]
    private static partial Regex Named();
}
