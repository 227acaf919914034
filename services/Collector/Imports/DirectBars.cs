using System.Globalization;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Imports;

/// <summary>
/// Bars that came as JSON in one request. Once every mistake in them is ruled out they are written as a small file and take the road of
/// every import: safe on disk first, then published, counted and resumed like any other.
/// </summary>
internal sealed class DirectBars
{
    public const int MaxBars = 10_000;
    public const long MaxBodyBytes = 8 * 1024 * 1024;

    private const string DefaultSource = "api";
    private const int MaxErrors = 100;

    private static readonly string[] Values = ["open", "high", "low", "close", "volume"];

    private static readonly object Example = new
    {
        interval = "1d",
        source = "my-vendor",
        bars = new Dictionary<string, object[]>
        {
            ["AAPL"] = [new { t = "2013-02-08", open = 67.71, high = 68.4, low = 66.89, close = 67.85, volume = 158168416 }],
        },
    };

    private readonly StringBuilder _rows = new("symbol,timestamp,open,high,low,close,volume\n");
    private readonly List<string> _errors = [];
    private readonly Interval _interval;
    private int _count;

    private DirectBars(Interval interval, string source)
    {
        _interval = interval;
        Parameters = new ImportParameters(source, new LayoutHints(interval, Stamp: BarStamp.Start));
    }

    public ImportParameters Parameters { get; }

    /// <summary>The bars, or the problem to answer with.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large or stops half-way.</exception>
    public static async Task<(DirectBars? Bars, IResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 16 }, cancellationToken);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            return (null, ApiProblem.BadRequest("bad_json", $"The body is not JSON: {e.Message}", Example));
        }
    }

    /// <summary>The bars as the file that is imported.</summary>
    public Stream ToFile() => new MemoryStream(Encoding.UTF8.GetBytes(_rows.ToString()), writable: false);

    internal static (DirectBars? Bars, IResult? Problem) Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("bars", out var bars) || bars.ValueKind != JsonValueKind.Object)
            return (null, ApiProblem.BadRequest("bad_body", "The body is an object with interval, source and bars, which holds an array of bars for each symbol.", Example));
        if (!TryText(body, "interval", out var intervalText) || intervalText is null)
            return (null, ApiProblem.BadRequest("bad_interval", $"interval is one of {string.Join(", ", Interval.All)}.", Example));
        if (ImportParameterReader.TryReadInterval(intervalText, out var interval) is { } badInterval)
            return (null, badInterval);
        if (!TryText(body, "source", out var sourceText))
            return (null, ApiProblem.BadRequest("bad_source", "source is a text.", Example));
        if (ImportParameterReader.TryReadSource(sourceText ?? DefaultSource, out var source) is { } badSource)
            return (null, badSource);

        var read = new DirectBars(interval!, source);
        foreach (var ofSymbol in bars.EnumerateObject())
        {
            if (read.ReadSymbol(ofSymbol) is { } tooMany)
                return (null, tooMany);
        }

        if (read._errors.Count > 0)
            return (null, new BarErrors(read._errors, Example));
        return read._count > 0 ? (read, null) : (null, ApiProblem.BadRequest("no_bars", "There are no bars in the body.", Example));
    }

    private IResult? ReadSymbol(JsonProperty ofSymbol)
    {
        if (!Symbol.TryNormalize(ofSymbol.Name, out var symbol) || Symbol.IsSimulated(symbol))
        {
            AddError($"bars.{ofSymbol.Name}", $"is not a symbol: 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _, not ending in {Symbol.SimulatedSuffix}");
            return null;
        }

        if (ofSymbol.Value.ValueKind != JsonValueKind.Array)
        {
            AddError($"bars.{ofSymbol.Name}", "is not an array of bars");
            return null;
        }

        var index = 0;
        foreach (var bar in ofSymbol.Value.EnumerateArray())
        {
            if (++_count > MaxBars)
                return ApiProblem.BadRequest(
                    "too_many_bars", $"One call takes at most {MaxBars} bars. Send more calls, or a CSV file to POST /api/v1/imports.", new { bars = MaxBars });
            ReadBar(symbol, bar, $"bars.{ofSymbol.Name}[{index++}]");
        }

        return null;
    }

    private void ReadBar(string symbol, JsonElement bar, string path)
    {
        if (bar.ValueKind != JsonValueKind.Object)
        {
            AddError(path, "is not an object with t, open, high, low, close and volume");
            return;
        }

        if (ReadTime(bar, path) is not { } time)
            return;

        _rows.Append(symbol).Append(',').Append(time);
        foreach (var name in Values)
        {
            if (!bar.TryGetProperty(name, out var value))
                AddError($"{path}.{name}", "is missing");
            else if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
                AddError($"{path}.{name}", "is not a number");
            else
                _rows.Append(',').Append(value.GetRawText());
        }

        _rows.Append('\n');
    }

    /// <summary>The start of the bar as the file has it; null after an error.</summary>
    private string? ReadTime(JsonElement bar, string path)
    {
        if (!bar.TryGetProperty("t", out var value) || value.ValueKind != JsonValueKind.String)
        {
            AddError($"{path}.t", "is missing or no text");
            return null;
        }

        var text = value.GetString()!;
        if (!_interval.IsIntraday)
        {
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year >= 1800)
                return text;
            AddError($"{path}.t", $"is not a date such as 2013-02-08, which names a bar of {_interval}");
            return null;
        }

        // An offset is asked for: a time that could be anybody's is nobody's.
        if (text.Length > "yyyy-MM-ddTHH:mm".Length && HasOffset(text) && BarTime.Parse(Encoding.UTF8.GetBytes(text)) is { Year: >= 1800 } start)
            return BarTime.ToText(start, _interval);
        AddError($"{path}.t", $"is not an instant with its offset such as 2026-11-20T14:30:00Z, which names a bar of {_interval}");
        return null;
    }

    private static bool HasOffset(string text) =>
        text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');

    private static bool TryText(JsonElement body, string name, out string? text)
    {
        text = null;
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return true;
        if (value.ValueKind != JsonValueKind.String)
            return false;
        text = value.GetString();
        return true;
    }

    private void AddError(string path, string what)
    {
        if (_errors.Count < MaxErrors)
            _errors.Add($"{(path.Length <= 80 ? path : path[..80] + "…")} {what}.");
    }

    /// <summary>A problem that names what is wrong with each bar.</summary>
    private sealed class BarErrors(List<string> errors, object example) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var problem = ApiProblem.Details(
                StatusCodes.Status400BadRequest, "bad_bars", $"Nothing was stored. {errors[0]}{(errors.Count > 1 ? $" See errors for {errors.Count - 1} more." : "")}", retry: false, example);
            problem.Extensions["errors"] = errors;
            return ApiProblem.WriteAsync(httpContext, problem);
        }
    }
}
