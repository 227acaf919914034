using System.Text;
using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Tests.Csv;

/// <summary>How the bytes of a file become rows: packing, encodings, pieces.</summary>
public sealed class TextOfFilesTests
{
    private const string Sample = "date,open,high,low,close,volume,symbol\n2020-01-02,1.5,2.5,1,2,100,A\n2020-01-03,1.25,2.5,1,2,100,B\n";

    [Fact]
    public async Task Gzip_and_gzip_in_gzip_are_unpacked_whatever_the_name()
    {
        var plain = Encoding.UTF8.GetBytes(Sample);

        (await ReadFile.OfAsync(ReadFile.Gzip(plain))).Bars.Should().HaveCount(2);
        (await ReadFile.OfAsync(ReadFile.Gzip(ReadFile.Gzip(plain)))).Bars.Should().HaveCount(2);
    }

    [Fact]
    public async Task Several_gzip_members_in_one_file_are_one_text()
    {
        var half = Sample.Length / 2;
        byte[] members = [.. ReadFile.Gzip(Encoding.UTF8.GetBytes(Sample[..half])), .. ReadFile.Gzip(Encoding.UTF8.GetBytes(Sample[half..]))];

        (await ReadFile.OfAsync(members)).Bars.Should().HaveCount(2);
    }

    [Fact]
    public async Task Wherever_a_gzip_is_cut_off_it_is_noticed()
    {
        var packed = ReadFile.Gzip(Encoding.UTF8.GetBytes(Sample));
        for (var length = 3; length < packed.Length; length++)
        {
            var reading = async () => await ReadFile.OfAsync(packed[..length]);
            await reading.Should().ThrowAsync<InvalidDataException>($"{length} of {packed.Length} bytes are not all");
        }
    }

    [Fact]
    public async Task Byte_order_marks_and_UTF_16_are_understood()
    {
        (await ReadFile.OfAsync([.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Sample)])).Bars.Should().HaveCount(2);
        (await ReadFile.OfAsync([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Sample)])).Bars.Should().HaveCount(2);
        (await ReadFile.OfAsync([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Sample)])).Bars.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task The_same_bytes_in_other_pieces_are_the_same_rows(int pieces)
    {
        var text = new StringBuilder("date,open,high,low,close,volume,symbol\r\n");
        for (var i = 0; i < 3000; i++)
            text.Append(i % 7 == 0 ? "\"2020-01-02\",\"1,000.5\",2,1,1,1,\"A\"\r\n" : i % 11 == 0 ? "broken\n" : "2020-01-02,1.25,2,1,1,1,B\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var whole = await ReadFile.OfAsync(bytes);
        var pieced = await ReadFile.OfAsync(bytes, pieces: pieces);

        pieced.Bars.Should().Equal(whole.Bars);
        pieced.Rejections.Should().Equal(whole.Rejections);
        whole.Rows.Should().Be(3000);
    }

    [Fact]
    public async Task A_gzip_that_is_cut_off_is_an_error_after_the_rows_before_the_cut()
    {
        var random = new Random(1);
        var text = new StringBuilder("date,open,high,low,close,volume,symbol\n");
        for (var i = 0; i < 50_000; i++)
            text.Append($"2020-01-02,{random.NextDouble()},2,1,1,1,A\n");
        var packed = ReadFile.Gzip(Encoding.UTF8.GetBytes(text.ToString()));
        var cut = packed.AsSpan(0, packed.Length / 2).ToArray();
        var file = new ReadFile();
        await using var opened = await CsvText.OpenAsync(new MemoryStream(cut), default);
        var whole = await ReadFile.OfAsync(packed);
        using var reader = new BarCsvReader(opened, whole.Layout);

        var reading = async () =>
        {
            while (await reader.ReadAsync(file, default))
            {
            }
        };

        await reading.Should().ThrowAsync<InvalidDataException>();
        file.Bars.Count.Should().BeInRange(15_000, 35_000);
        file.Rejections.Should().BeEmpty("half a line is not a row");
        file.Bars.Should().Equal(whole.Bars.Take(file.Bars.Count));
    }

    [Fact]
    public async Task A_line_longer_than_the_buffer_is_passed_over()
    {
        var file = await ReadFile.OfAsync(Sample + new string('z', 1_000_000) + "\n2020-01-06,1,2,1,1,1,C\n");

        file.Rejections.Should().ContainSingle().Which.Code.Should().Be("line-too-long");
        file.Bars.Select(row => row.Bar.Line).Should().Equal(2, 3, 5);
    }

    [Theory]
    [InlineData("AAPL.csv", "AAPL")]
    [InlineData("BF.B.csv", "BF.B")]
    [InlineData("IBM-daily-adjusted-full.csv", "IBM")]
    [InlineData("MSFT-1min-extended-hours-alphavantage-2020-11_2020-12.csv.gz", "MSFT")]
    [InlineData("C:\\data\\SPY_5min.CSV", "SPY")]
    [InlineData("bad.csv", null)]
    [InlineData("Prices.csv", null)]
    [InlineData("EXPORT.csv", null)]
    [InlineData("AAPL-final-copy.csv", null)]
    [InlineData("1398-HK-1d-bad-div.csv", null)]
    [InlineData("us-15min-2019-01.csv.gz", null)]
    [InlineData("2020.csv", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_files_name_is_a_symbol_only_where_it_can_be_nothing_else(string? name, string? symbol) =>
        FileNameSymbol.Find(name).Should().Be(symbol);
}
