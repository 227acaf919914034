using System.Text.Json;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>A generated history that is imported and read back.</summary>
internal sealed class History
{
    private const int Sessions = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<GeneratedHistory.Row> _rows;

    private History(List<GeneratedHistory.Row> rows) => _rows = rows;

    public int Count => _rows.Count;

    /// <summary>Thousand sessions of some symbols, from a number on that no other test uses.</summary>
    public static History Of(int symbols, int first)
    {
        var sessions = ExchangeCalendar.UsEquities.SessionsBetween(new DateOnly(2013, 2, 8), new DateOnly(2018, 2, 7));
        List<DateOnly> dates = [];
        foreach (var session in sessions[..Sessions])
            dates.Add(session.Date);
        return new History([.. GeneratedHistory.Rows(symbols, dates, first)]);
    }

    /// <summary>Writes the history as a file in a folder.</summary>
    public async Task<string> WriteAsync(string folder)
    {
        var path = Path.Combine(folder, $"history-{_rows[0].Symbol}.csv.gz");
        await GeneratedHistory.WriteAsync(path, _rows);
        return path;
    }

    /// <summary>Waits until its import is under way: some of its rows can be read, and by far not all.</summary>
    public Task ShouldBeUnderWayAsync(RunningPlatform platform) =>
        Eventually.BeTrueAsync(() => platform.AnswersAsync($"/api/v1/bars/{_rows[0].Symbol}?interval=1d&limit=1"), Patience);

    /// <summary>Reads everything back through the gateway and compares it row by row and value by value.</summary>
    public async Task ShouldBeStoredAsync(RunningPlatform platform)
    {
        foreach (var symbol in _rows.GroupBy(row => row.Symbol))
        {
            var answer = await platform.GetAsync($"/api/v1/bars/{symbol.Key}?interval=1d&limit=10000");
            var bars = answer.GetProperty("bars").GetProperty(symbol.Key).EnumerateArray().Select(bar => Read(symbol.Key, bar));
            bars.Should().Equal(symbol, $"every row of {symbol.Key} is there once, as it was in the file");
        }
    }

    private static GeneratedHistory.Row Read(string symbol, JsonElement bar) => new(
        symbol,
        DateOnly.ParseExact(bar.GetProperty("t").GetString()!, "yyyy-MM-dd"),
        bar.GetProperty("open").GetDouble(),
        bar.GetProperty("high").GetDouble(),
        bar.GetProperty("low").GetDouble(),
        bar.GetProperty("close").GetDouble(),
        bar.GetProperty("volume").GetInt64());
}
