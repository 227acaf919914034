using System.Globalization;
using System.Text;
using StocksDapr.Collector.Csv;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Csv;

/// <summary>Which bar a row is: its interval, and whether its time names the start or the end.</summary>
public sealed class TimesOfBarsTests
{
    [Theory]
    [InlineData("09:31", "16:00", 1, "2019-02-11T14:30", "2019-02-11T20:59")]
    [InlineData("09:45", "16:00", 15, "2019-02-11T14:30", "2019-02-11T20:45")]
    [InlineData("04:01", "20:00", 1, "2019-02-11T09:00", "2019-02-12T00:59")]
    [InlineData("10:30", "16:30", 60, "2019-02-11T14:30", "2019-02-11T20:30")]
    public async Task Bars_that_end_at_the_close_are_named_by_their_end(string first, string last, int minutes, string firstStart, string lastStart) =>
        await ExpectAsync(BarStamp.End, first, last, minutes, firstStart, lastStart);

    [Theory]
    [InlineData("09:30", "15:59", 1, "2019-02-11T14:30", "2019-02-11T20:59")]
    [InlineData("09:30", "15:45", 15, "2019-02-11T14:30", "2019-02-11T20:45")]
    [InlineData("04:00", "19:59", 1, "2019-02-11T09:00", "2019-02-12T00:59")]
    [InlineData("04:00", "19:00", 60, "2019-02-11T09:00", "2019-02-12T00:00")]
    [InlineData("09:30", "15:30", 60, "2019-02-11T14:30", "2019-02-11T20:30")]
    [InlineData("11:07", "14:22", 1, "2019-02-11T16:07", "2019-02-11T19:22")]
    public async Task Bars_that_begin_at_the_opening_are_named_by_their_start(string first, string last, int minutes, string firstStart, string lastStart) =>
        await ExpectAsync(BarStamp.Start, first, last, minutes, firstStart, lastStart);

    [Fact]
    public async Task The_half_hours_of_hourly_bars_that_follow_the_session_begin_half_an_hour_before_they_end()
    {
        string[] ends = ["09:00", "09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00", "17:00", "18:00", "19:00", "20:00"];
        var file = await ReadFile.OfAsync(Rows(ends));

        file.Layout.Interval.Should().Be(Interval.OneHour);
        file.Layout.Stamp.Should().Be(BarStamp.End);
        file.Bars.Select(row => NewYorkTime.FromInstant(row.Bar.Start).ToString("HH:mm", CultureInfo.InvariantCulture)).Should().Equal(
            "08:00", "09:00", "09:30", "10:30", "11:30", "12:30", "13:30", "14:30", "15:30", "16:00", "17:00", "18:00", "19:00");
    }

    [Fact]
    public async Task The_sender_may_say_which_end_it_is()
    {
        var file = await ReadFile.OfAsync(Rows(["10:00", "10:01", "10:02"]), new LayoutHints(Stamp: BarStamp.End));

        file.Bars[0].Bar.Start.Should().Be(new DateTimeOffset(2019, 2, 11, 14, 59, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_thin_symbol_does_not_hide_the_interval_of_the_file()
    {
        var text = new StringBuilder("symbol,datetime,open,high,low,close,volume\n");
        foreach (var minute in new[] { 0, 3, 4, 9, 17, 18, 19, 31, 40, 42, 43, 44, 45, 51 })
            text.Append(CultureInfo.InvariantCulture, $"THIN,2019-02-11 10:{minute:00}:00,1,2,1,1,1\n");

        (await ReadFile.OfAsync(text.ToString())).Layout.Interval.Should().Be(Interval.OneMinute);
    }

    [Fact]
    public async Task Interleaved_symbols_in_descending_order_do_not_hide_it_either()
    {
        var text = new StringBuilder("symbol,datetime,open,high,low,close,volume\n");
        for (var minute = 55; minute >= 0; minute -= 5)
        {
            foreach (var symbol in new[] { "A", "B", "C" })
                text.Append(CultureInfo.InvariantCulture, $"{symbol},2019-02-11 10:{minute:00}:00,1,2,1,1,1\n");
        }

        (await ReadFile.OfAsync(text.ToString())).Layout.Interval.Should().Be(Interval.FiveMinutes);
    }

    [Theory]
    [InlineData("2021-12-13,2021-12-20,2021-12-27,2022-01-03", "1wk")]
    [InlineData("2021-12-10,2021-12-17,2021-12-23,2021-12-31", "1wk")]
    [InlineData("2021-10-01,2021-11-01,2021-12-01,2022-01-03", "1mo")]
    [InlineData("2021-12-10,2021-12-13,2021-12-14,2021-12-28", "1d")]
    [InlineData("2021-12-10,2021-12-17", "1d")]
    [InlineData("2021-12-10", "1d")]
    [InlineData("2021-12-10 16:00:00,2021-12-13 16:00:00,2021-12-14 16:00:00", "1d")]
    public async Task Bars_of_days_weeks_and_months_are_told_by_their_dates(string dates, string interval)
    {
        var rows = string.Concat(dates.Split(',').Select(date => $"{date},1,2,1,1,1,A\n"));
        var file = await ReadFile.OfAsync("date,open,high,low,close,volume,symbol\n" + rows);

        file.Layout.Interval.Code.Should().Be(interval);
        file.Bars[0].Bar.Start.TimeOfDay.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public async Task New_York_times_follow_daylight_saving()
    {
        var file = await ReadFile.OfAsync(
            "symbol,datetime,open,high,low,close,volume\nA,2025-03-07 09:30,1,2,1,1,1\nA,2025-03-07 09:45,1,2,1,1,1\nA,2025-03-10 09:30,1,2,1,1,1\n");

        file.Bars.Select(row => row.Bar.Start.Hour).Should().Equal(14, 14, 13);
    }

    [Fact]
    public async Task A_date_alone_among_intraday_rows_is_rejected()
    {
        var file = await ReadFile.OfAsync(
            "symbol,datetime,open,high,low,close,volume\nA,2025-03-07 09:30,1,2,1,1,1\nA,2025-03-07 09:45,1,2,1,1,1\nA,2025-03-10,1,2,1,1,1\n");

        file.Rejections.Should().ContainSingle().Which.Code.Should().Be("bad-time");
    }

    private static async Task ExpectAsync(BarStamp stamp, string first, string last, int minutes, string firstStart, string lastStart)
    {
        var times = new List<string>();
        for (var time = TimeSpan.Parse(first, CultureInfo.InvariantCulture); time <= TimeSpan.Parse(last, CultureInfo.InvariantCulture); time += TimeSpan.FromMinutes(minutes))
            times.Add(time.ToString(@"hh\:mm", CultureInfo.InvariantCulture));
        times.Reverse();
        var file = await ReadFile.OfAsync(Rows(times));

        file.Layout.Stamp.Should().Be(stamp);
        file.Layout.Interval.Length.TotalMinutes.Should().Be(minutes);
        file.Bars[^1].Bar.Start.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture).Should().Be(firstStart);
        file.Bars[0].Bar.Start.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture).Should().Be(lastStart);
    }

    private static string Rows(IEnumerable<string> times) =>
        "symbol,datetime,open,high,low,close,volume\n" + string.Concat(times.Select(time => $"A,2019-02-11 {time}:00,1,2,1,1,1\n"));
}
