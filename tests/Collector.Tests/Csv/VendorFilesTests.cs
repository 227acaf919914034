using StocksDapr.Collector.Csv;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Csv;

/// <summary>Small files in the shapes in which vendors export.</summary>
public sealed class VendorFilesTests
{
    public static TheoryData<string, string, string, string> Files => new()
    {
        {
            "a five-year set with the symbol last",
            "date,open,high,low,close,volume,Name\n2016-02-08,15.07,15.12,14.63,14.75,8407500,ABC\n2016-02-09,14.89,15.01,14.26,14.46,8882000,ABC\n",
            "", "1d ABC 2016-02-08T00:00Z 15.07 15.12 14.63 14.75 8407500"
        },
        {
            "the same without a header",
            "2016-02-08,15.07,15.12,14.63,14.75,8407500,ABC\n2016-02-09,14.89,15.01,14.26,14.46,8882000,ABC\n",
            "", "1d ABC 2016-02-08T00:00Z 15.07 15.12 14.63 14.75 8407500"
        },
        {
            "Yahoo's old download",
            "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,74.059998,75.150002,73.797501,75.087502,74.444603,135480400",
            "ABC.csv", "1d ABC 2020-01-02T00:00Z 74.059998 75.150002 73.797501 75.087502 135480400"
        },
        {
            "Yahoo's download without its header",
            "2020-01-02,74.059998,75.150002,73.797501,75.087502,74.444603,135480400",
            "ABC.csv", "1d ABC 2020-01-02T00:00Z 74.059998 75.150002 73.797501 75.087502 135480400"
        },
        {
            "a data frame of daily bars with offsets, newest first",
            "Date,Open,High,Low,Close,Adj Close,Volume,Dividends,Stock Splits\n2023-04-14 00:00:00+09:00,4126,4130,4055,4129,4120.5,7459400,0,0\n2023-04-13 00:00:00+09:00,4064,4099,4026,4081,4081,5160200,0,0\n",
            "XYZ-daily.csv", "1d XYZ 2023-04-14T00:00Z 4126 4130 4055 4129 7459400"
        },
        {
            "a data frame whose index has no name",
            ",Open,High,Low,Close,Volume\n2023-04-13,1,2,0.5,1.5,100\n",
            "XYZ.csv", "1d XYZ 2023-04-13T00:00Z 1 2 0.5 1.5 100"
        },
        {
            "Alpha Vantage daily adjusted",
            "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n2021-04-21,138.06,143.73,137.71,143.55,140.01,11909005,0.0,1.0\n",
            "ABC-daily-adjusted-full.csv", "1d ABC 2021-04-21T00:00Z 138.06 143.73 137.71 143.55 11909005"
        },
        {
            "Twelve Data",
            "datetime;open;high;low;close;volume\n2023-07-03;193.78000;193.88000;191.76250;192.46001;30907450\n2023-06-30;191.63000;194.48000;191.25999;193.97000;85069600\n",
            "ABC.csv", "1d ABC 2023-07-03T00:00Z 193.78 193.88 191.7625 192.46001 30907450"
        },
        {
            "Stooq's single symbol",
            "Date,Open,High,Low,Close,Volume\n2024-01-02,187.15,188.44,183.885,185.64,82496943\n",
            "ABC.csv", "1d ABC 2024-01-02T00:00Z 187.15 188.44 183.885 185.64 82496943"
        },
        {
            "Stooq's daily archive",
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nABC.US,D,20240102,000000,187.15,188.44,183.885,185.64,82496943,0\n",
            "", "1d ABC.US 2024-01-02T00:00Z 187.15 188.44 183.885 185.64 82496943"
        },
        {
            "Stooq's five-minute archive",
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nABC.US,5,20240102,153500,187.15,188.44,183.885,185.64,8249,0\n",
            "", "5min ABC.US 2024-01-02T20:35Z 187.15 188.44 183.885 185.64 8249"
        },
        {
            "Stooq's archive without its header",
            "ABC.US,D,20240102,000000,187.15,188.44,183.885,185.64,82496943,0\n",
            "", "1d ABC.US 2024-01-02T00:00Z 187.15 188.44 183.885 185.64 82496943"
        },
        {
            "Nasdaq's historical quotes, dollars and last price",
            "Date,Close/Last,Volume,Open,High,Low\n01/31/2024,$184.40,55467800,$187.04,$187.10,$184.35\n01/30/2024,$188.04,55859370,$190.94,$191.80,$187.47\n",
            "ABC.csv", "1d ABC 2024-01-31T00:00Z 187.04 187.1 184.35 184.4 55467800"
        },
        {
            "quoted, grouped, with names of months, in an order of its own",
            "\"Vol\",\"Price\",\"Low\",\"High\",\"Open\",\"Date\",\"Ticker\"\n\"55,467,800\",\"1,184.40\",\"1,184.35\",\"1,187.10\",\"1,187.04\",\"Jan 31, 2024\",\"abc\"\n",
            "", "1d ABC 2024-01-31T00:00Z 1187.04 1187.1 1184.35 1184.4 55467800"
        },
        {
            "tabs, a byte order mark, two-digit years, carriage returns and blank lines",
            "\uFEFFDATE\tOPEN\tHIGH\tLOW\tCLOSE\tVOLUME\r\n\r\n01/03/17\t1\t2\t0.5\t1.5\t100\r\n\r\n",
            "ABC.txt", "1d ABC 2017-01-03T00:00Z 1 2 0.5 1.5 100"
        },
        {
            "a spreadsheet's separator line and a title above the header",
            "sep=;\nMy prices\nDate;Open;High;Low;Close;Volume;Symbol\n03.01.2017;1;2;0.5;1.5;100;BRK.B\n",
            "", "1d BRK.B 2017-01-03T00:00Z 1 2 0.5 1.5 100"
        },
        {
            "minutes with offset, with more columns than are needed",
            "date,open,high,low,close,volume,average,barCount\n2025-09-26 04:00:00-04:00,256.0,256.19,255.9,256.07,552.0,256.098,5\n2025-09-26 04:01:00-04:00,256.1,256.2,256.1,256.17,250.0,256.17,1\n",
            "ABC-1min-2025-09-26-extended-hours.csv", "1min ABC 2025-09-26T08:00Z 256 256.19 255.9 256.07 552"
        },
        {
            "minutes in UTC",
            "symbol,timestamp,open,high,low,close,volume\nABC,2025-01-15T14:30:00Z,1,2,0.5,1.5,100\nABC,2025-01-15T14:31:00Z,1,2,0.5,1.5,100\n",
            "", "1min ABC 2025-01-15T14:30Z 1 2 0.5 1.5 100"
        },
        {
            "twelve-hour clock, New York time in summer",
            "symbol,time,open,high,low,close,volume\nABC,7/1/2024 9:30 AM,1,2,0.5,1.5,100\nABC,7/1/2024 9:45 AM,1,2,0.5,1.5,100\n",
            "", "15min ABC 2024-07-01T13:30Z 1 2 0.5 1.5 100"
        },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_vendors_file_is_understood(string what, string text, string fileName, string firstBar)
    {
        var file = await ReadFile.OfAsync(text, new LayoutHints(FileName: fileName));

        file.Rejections.Should().BeEmpty(what);
        var (symbol, bar) = file.Bars[0];
        FormattableString.Invariant(
                $"{file.Layout.Interval} {symbol} {bar.Start:yyyy-MM-ddTHH:mmZ} {bar.Open.Number} {bar.High.Number} {bar.Low.Number} {bar.Close.Number} {bar.Volume.Number}")
            .Should().Be(firstBar, what);
    }

    [Fact]
    public async Task Lines_are_counted_as_an_editor_counts_them()
    {
        var file = await ReadFile.OfAsync("Date,Open,High,Low,Close,Volume,Symbol\n\n2017-01-03,1,2,1,1,1,A\r\n\r\nnonsense\n2017-01-04,1,2,1,1,1,A");

        file.Bars.Select(row => row.Bar.Line).Should().Equal(3, 6);
        file.Rejections.Should().ContainSingle().Which.Line.Should().Be(5);
    }

    [Fact]
    public async Task Dates_of_several_forms_live_in_one_file_when_the_year_comes_first()
    {
        var file = await ReadFile.OfAsync("date,open,high,low,close,volume,Name\n2013/2/8,1,2,1,1,1,A\n2013-02-08,1,2,1,1,1,B\n2013/12/31,1,2,1,1,1,A\n");

        file.Bars.Select(row => row.Bar.Start.ToString("yyyy-MM-dd")).Should().Equal("2013-02-08", "2013-02-08", "2013-12-31");
    }

    [Theory]
    [InlineData("3/4/2017", "2017-03-04")]
    [InlineData("3-4-2017", "2017-04-03")]
    public async Task Dates_that_nothing_decides_are_American_with_slashes_and_European_with_dashes(string date, string expected)
    {
        var file = await ReadFile.OfAsync($"date,open,high,low,close,volume,symbol\n{date},1,2,1,1,1,A\n");

        file.Bars[0].Bar.Start.ToString("yyyy-MM-dd").Should().Be(expected);
    }

    [Fact]
    public async Task One_value_above_twelve_decides_for_the_whole_file_and_what_contradicts_it_is_rejected()
    {
        const string header = "date,open,high,low,close,volume,symbol\n";
        var file = await ReadFile.OfAsync(header + "3/4/2017,1,2,1,1,1,A\n13/4/2017,1,2,1,1,1,A\n14/4/2017,1,2,1,1,1,A\n4/17/2017,1,2,1,1,1,A\n");

        file.Bars.Select(row => row.Bar.Start.ToString("yyyy-MM-dd")).Should().Equal("2017-04-03", "2017-04-13", "2017-04-14");
        file.Rejections.Should().ContainSingle().Which.Reason.Should().Contain("4/17/2017").And.Contain("day, month, year");

        file = await ReadFile.OfAsync(header + "3/4/2017,1,2,1,1,1,A\n", new LayoutHints(DateOrder: DateOrder.DayFirst));
        file.Bars[0].Bar.Start.ToString("yyyy-MM-dd").Should().Be("2017-04-03");
    }

    [Fact]
    public async Task Values_that_are_missing_or_no_numbers_are_the_bars_and_not_rejected()
    {
        var file = await ReadFile.OfAsync("date,open,high,low,close,volume,Name\n2017-07-31,,112.9,null,abc,2088804.0,A\n");

        var bar = file.Bars.Should().ContainSingle().Subject.Bar;
        bar.Open.IsMissing.Should().BeTrue();
        bar.Low.IsMissing.Should().BeTrue();
        bar.Close.Text.Should().Be("abc");
        bar.Volume.Number.Should().Be(2088804);
    }

    [Fact]
    public async Task Dividends_and_splits_beside_the_prices_are_corporate_actions()
    {
        var file = await ReadFile.OfAsync(
            "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n2014-06-09,1,2,1,1,1,1,0.0,7.00000700001\n2014-08-07,1,2,1,1,1,1,0.47,1.0\n2014-08-08,1,2,1,1,1,1,0.0,4:1\n",
            new LayoutHints(Symbol: "ABC"));

        file.Actions.Should().Equal(
            ("ABC", new CorporateAction(CorporateActionKind.Split, new DateOnly(2014, 6, 9), 7.00000700001)),
            ("ABC", new CorporateAction(CorporateActionKind.Dividend, new DateOnly(2014, 8, 7), 0.47)),
            ("ABC", new CorporateAction(CorporateActionKind.Split, new DateOnly(2014, 8, 8), 4)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  \r\n \n", "empty")]
    [InlineData("{\nError Message\n}\n", "not-csv")]
    [InlineData("\uFEFF{\"Information\": \"limit reached\"}", "not-csv")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>", "not-csv")]
    [InlineData("Too Many Requests", "not-csv")]
    [InlineData("a,b,c,d,e,f\n1,2,3,4,5,6\n", "not-csv")]
    [InlineData("binary\0data", "not-csv")]
    [InlineData("symbol,date,open,close,volume\nA,2020-01-02,1,2,3\n", "missing-columns")]
    [InlineData("date,open,high,low,close,volume\n2020-01-02,1,2,1,1,1\n", "no-symbol")]
    [InlineData("symbol,time,open,high,low,close,volume\nA,2020-01-02 09:31,1,2,1,1,1\n", "interval-unknown")]
    [InlineData("symbol,time,open,high,low,close,volume\nA,2020-01-02 09:30,1,2,1,1,1\nA,2020-01-02 09:32,1,2,1,1,1\nA,2020-01-02 09:34,1,2,1,1,1\n", "interval-unknown")]
    public async Task A_file_that_is_no_file_of_bars_is_refused_as_a_whole(string text, string code)
    {
        var reading = async () => await ReadFile.OfAsync(text);

        (await reading.Should().ThrowAsync<UnreadableFileException>()).Which.Code.Should().Be(code);
    }

    [Fact]
    public async Task What_the_sender_says_must_not_contradict_the_file()
    {
        const string minutes = "symbol,time,open,high,low,close,volume\nA,2020-01-02 09:31,1,2,1,1,1\nA,2020-01-02 09:32,1,2,1,1,1\n";
        const string days = "symbol,time,open,high,low,close,volume\nA,2020-01-02,1,2,1,1,1\nA,2020-01-03,1,2,1,1,1\n";

        await Refused(minutes, new LayoutHints(Interval.OneDay), "interval-contradicts");
        await Refused(minutes, new LayoutHints(Interval.FifteenMinutes), "interval-contradicts");
        await Refused(days, new LayoutHints(Interval.OneMinute), "interval-contradicts");
        await Refused(days, new LayoutHints(Symbol: "B"), "symbol-contradicts");

        static async Task Refused(string text, LayoutHints hints, string code)
        {
            var reading = async () => await ReadFile.OfAsync(text, hints);
            (await reading.Should().ThrowAsync<UnreadableFileException>()).Which.Code.Should().Be(code);
        }
    }

    [Fact]
    public async Task Rows_that_cannot_be_named_are_rejected_each_with_its_line_and_reason()
    {
        var file = await ReadFile.OfAsync(
            "date,open,high,low,close,volume,symbol\n"
            + "2020-01-02,1,2,1,1,1,OK\n"
            + ",1,2,1,1,1,OK\n"
            + "2020-01-02,1,2,1,1,1,\n"
            + "2020-01-02,1,2,1,1,1,XLON:VOD\n"
            + "2020-01-02,1,2,1,1,1,FAKE.SIM\n"
            + "2020-01-02,1,2,1\n"
            + "2020-01-02,1,2,1,1,1,OK,extra\n"
            + "\"2020-01-02,1,2,1,1,1,OK\n"
            + new string('x', 40_000) + "\n"
            + "2020-01-03,1,2,1,1,1,OK,\n");

        file.Rejections.Select(line => (line.Line, line.Code)).Should().Equal(
            (3, "bad-date"), (4, "bad-symbol"), (5, "bad-symbol"), (6, "simulated-symbol"), (7, "wrong-field-count"), (8, "wrong-field-count"),
            (9, "unclosed-quote"), (10, "line-too-long"));
        file.Rejections.Should().OnlyContain(line => line.Row.Length <= 500 && line.Reason.EndsWith('.'));
        file.Bars.Select(row => row.Bar.Line).Should().Equal(2, 11);
    }
}
