using System.Globalization;
using System.Text;
using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Tests.Csv;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2013-02-08", "2013-02-08")]
    [InlineData("2013/2/8", "2013-02-08")]
    [InlineData("20130208", "2013-02-08")]
    [InlineData("02/08/2013", "2013-02-08")]
    [InlineData("2/8/2013", "2013-02-08")]
    [InlineData("02/08/13", "2013-02-08")]
    [InlineData("02/08/99", "1999-02-08")]
    [InlineData("08.02.2013", "2013-02-08")]
    [InlineData("8-Feb-2013", "2013-02-08")]
    [InlineData("08-FEB-13", "2013-02-08")]
    [InlineData("Feb 08, 2013", "2013-02-08")]
    [InlineData("February 8, 2013", "2013-02-08")]
    [InlineData("2013-02-08 09:30", "2013-02-08 09:30:00")]
    [InlineData("2013-02-08 09:30:15", "2013-02-08 09:30:15")]
    [InlineData("2013-02-08T09:30:15", "2013-02-08 09:30:15")]
    [InlineData("2013-02-08T09:30:15.123", "2013-02-08 09:30:15")]
    [InlineData("2013-02-08 09:30:15-05:00", "2013-02-08 09:30:15 -300")]
    [InlineData("2013-02-08 09:30:15+0530", "2013-02-08 09:30:15 330")]
    [InlineData("2013-02-08T14:30:15Z", "2013-02-08 14:30:15 0")]
    [InlineData("2013-02-08T14:30:15.000Z", "2013-02-08 14:30:15 0")]
    [InlineData("2013-02-08 14:30:15 UTC", "2013-02-08 14:30:15 0")]
    [InlineData("2013-02-08 09:30 EST", "2013-02-08 09:30:00 -300")]
    [InlineData("2/8/2013 9:30:00 AM", "2013-02-08 09:30:00")]
    [InlineData("2/8/2013 12:05 AM", "2013-02-08 00:05:00")]
    [InlineData("2/8/2013 12:05 PM", "2013-02-08 12:05:00")]
    [InlineData("2/8/2013 4 pm", "2013-02-08 16:00:00")]
    [InlineData("20130208 093000", "2013-02-08 09:30:00")]
    [InlineData("20130208093000", "2013-02-08 09:30:00")]
    [InlineData("201302080930", "2013-02-08 09:30:00")]
    [InlineData("2013-02-08 24:00", "2013-02-08 24:00:00")]
    [InlineData("1360333800", "2013-02-08 14:30:00 0")]
    [InlineData("1360333800000", "2013-02-08 14:30:00 0")]
    public void Dates_and_times_are_read_in_every_form(string text, string expected)
    {
        TimeText.TryRead(Encoding.UTF8.GetBytes(text), DateOrder.MonthFirst, out var time).Should().BeTrue();
        Show(time).Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("date")]
    [InlineData("2013-13-08")]
    [InlineData("2013-02-30")]
    [InlineData("13/02/2013")]
    [InlineData("2/8/213")]
    [InlineData("2013-02-08 25:00")]
    [InlineData("2013-02-08 09:60")]
    [InlineData("2013-02-08 24:01")]
    [InlineData("2013-02-08 13:00 PM")]
    [InlineData("2013-02-08 0:30 AM")]
    [InlineData("2013-02-08x")]
    [InlineData("2013-02-08 09:30 CET")]
    [InlineData("2013-02-08T09:30+99:00")]
    [InlineData("2013-02/08")]
    [InlineData("0000-01-01")]
    [InlineData("99999999")]
    [InlineData("170.5")]
    [InlineData("123456789012345678901234567890")]
    public void Anything_else_is_no_date(string text) =>
        TimeText.TryRead(Encoding.UTF8.GetBytes(text), DateOrder.MonthFirst, out _).Should().BeFalse();

    [Fact]
    public void The_order_of_day_and_month_is_the_files_and_points_are_always_day_first()
    {
        TimeText.TryRead("3/4/2017"u8, DateOrder.DayFirst, out var time).Should().BeTrue();
        time.Date.Should().Be(new DateOnly(2017, 4, 3));
        TimeText.TryRead("03.04.2017"u8, DateOrder.MonthFirst, out time).Should().BeTrue();
        time.Date.Should().Be(new DateOnly(2017, 4, 3));
        TimeText.TryRead("13/4/2017"u8, DateOrder.MonthFirst, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("153500", "2024-01-02 15:35:00")]
    [InlineData("93500", "2024-01-02 09:35:00")]
    [InlineData("0935", "2024-01-02 09:35:00")]
    [InlineData("0", "2024-01-02 00:00:00")]
    [InlineData("09:35", "2024-01-02 09:35:00")]
    [InlineData("", "2024-01-02")]
    public void A_time_may_have_a_column_of_its_own(string timeOfDay, string expected)
    {
        TimeText.TryRead("20240102"u8, Encoding.UTF8.GetBytes(timeOfDay), DateOrder.MonthFirst, out var time).Should().BeTrue();
        Show(time).Should().Be(expected);
    }

    private static string Show(WrittenTime time)
    {
        var text = time.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (time.HasTime)
            text += $" {time.Second / 3600:00}:{time.Second / 60 % 60:00}:{time.Second % 60:00}";
        return time.HasOffset ? $"{text} {time.OffsetMinutes}" : text;
    }
}
