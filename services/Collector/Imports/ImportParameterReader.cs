using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using StocksDapr.Collector.Csv;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Imports;

/// <summary>Reads what the sender of a file or of bars says about it, and refuses what cannot be right.</summary>
internal static partial class ImportParameterReader
{
    public const string FileNameHeader = "X-File-Name";
    public const string IdempotencyHeader = "Idempotency-Key";

    /// <summary>The source of simulated bars: nobody else may claim it.</summary>
    private const string SimulatedSource = "simulated";

    private const int MaxFileName = 200;
    private const int MaxKey = 200;

    /// <summary>The parameters, or the problem to answer with.</summary>
    public static IResult? TryRead(
        HttpRequest request, string? interval, string? source, string? symbol, string? stamp, string? dates, out ImportParameters parameters)
    {
        parameters = new ImportParameters(ImportParameters.DefaultSource, new LayoutHints());
        if (TryReadInterval(interval, out var readInterval) is { } badInterval)
            return badInterval;
        if (TryReadSource(source, out var readSource) is { } badSource)
            return badSource;

        string? readSymbol = null;
        if (!string.IsNullOrWhiteSpace(symbol) && (!Symbol.TryNormalize(symbol, out readSymbol) || Symbol.IsSimulated(readSymbol)))
            return ApiProblem.BadRequest(
                "bad_symbol", $"symbol is 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _ and does not end in {Symbol.SimulatedSuffix}.", new { symbol = "BRK.B" });

        BarStamp? readStamp = Blank(stamp)?.ToLowerInvariant() switch { "start" => BarStamp.Start, "end" => BarStamp.End, _ => null };
        if (readStamp is null && Blank(stamp) is not null)
            return ApiProblem.BadRequest("bad_stamp", "stamp says which end of a bar its times name: start or end.", new { stamp = "end" });

        DateOrder? readOrder = Blank(dates)?.ToLowerInvariant() switch { "mdy" => DateOrder.MonthFirst, "dmy" => DateOrder.DayFirst, _ => null };
        if (readOrder is null && Blank(dates) is not null)
            return ApiProblem.BadRequest(
                "bad_dates", "dates says how 3/4/2017 is to be read: mdy (in March) or dmy (in April).", new { dates = "dmy" });

        parameters = new ImportParameters(readSource, new LayoutHints(readInterval, readSymbol, readStamp, readOrder, FileName(request)));
        return null;
    }

    public static IResult? TryReadInterval(string? text, out Interval? interval)
    {
        interval = null;
        return Blank(text) is not { } given || Interval.TryParse(given.Trim(), out interval)
            ? null
            : ApiProblem.BadRequest(
                "bad_interval", $"interval is one of {string.Join(", ", Interval.All)}.", new { interval = Interval.All.Select(known => known.Code).ToArray() });
    }

    public static IResult? TryReadSource(string? text, out string source)
    {
        source = Blank(text)?.Trim() ?? ImportParameters.DefaultSource;
        return SourceName().IsMatch(source) && !string.Equals(source, SimulatedSource, StringComparison.OrdinalIgnoreCase)
            ? null
            : ApiProblem.BadRequest(
                "bad_source",
                $"source names where the data comes from: 1 to 64 letters, digits, blanks or . _ -, beginning with a letter or digit; not '{SimulatedSource}'.",
                new { source = "my-vendor" });
    }

    /// <summary>The request's key, null when it has none; a problem when it is unusable.</summary>
    public static IResult? TryReadIdempotencyKey(HttpRequest request, out string? key)
    {
        key = Blank(request.Headers[IdempotencyHeader].ToString());
        return key is null || key.Length <= MaxKey
            ? null
            : ApiProblem.BadRequest(
                "bad_idempotency_key", $"{IdempotencyHeader} has at most {MaxKey} characters.", new { header = $"{IdempotencyHeader}: 3f0c1e5a-0b7e-4c2e-9d0f-6a1b2c3d4e5f" });
    }

    /// <summary>The file's name at the sender's, without folders: <c>X-File-Name</c> (percent-encoded) or <c>Content-Disposition</c>.</summary>
    private static string? FileName(HttpRequest request)
    {
        var name = Blank(request.Headers[FileNameHeader].ToString()) is { } encoded ? Uri.UnescapeDataString(encoded)
            : ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
                ? HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString()
                : null;
        if (name is null)
            return null;

        var clean = new string([.. name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter))]).Trim();
        return clean.Length == 0 ? null : clean.Length <= MaxFileName ? clean : clean[..MaxFileName];
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}\z")]
    private static partial Regex SourceName();
}
