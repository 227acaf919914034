using System.Text;
using StocksDapr.Collector.Csv;

namespace StocksDapr.Collector.Tests.Csv;

public sealed class SymbolTableTests
{
    [Theory]
    [InlineData("AAPL", "AAPL")]
    [InlineData("brk.b", "BRK.B")]
    [InlineData("NYSE:LMT", "LMT")]
    [InlineData("nasdaq:aapl", "AAPL")]
    [InlineData("NYSE:", null)]
    [InlineData("XLON:VOD", null)]
    [InlineData("A B", null)]
    [InlineData("", null)]
    public void A_symbol_is_normalised_and_a_us_exchange_in_front_of_it_left_out(string text, string? symbol)
    {
        var table = new SymbolTable();

        table.Find(Encoding.UTF8.GetBytes(text)).Should().Be(symbol);
        table.Find(Encoding.UTF8.GetBytes(text)).Should().Be(symbol, "the second look-up finds what the first one kept");
    }
}
