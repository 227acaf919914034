namespace StocksDapr.Market.Tests;

public sealed class SymbolTests
{
    [Theory]
    [InlineData(" aapl ", "AAPL")]
    [InlineData("^gspc", "^GSPC")]
    [InlineData("btc/usd", "BTC/USD")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWX", "ABCDEFGHIJKLMNOPQRSTUVWX")]
    public void A_symbol_is_trimmed_and_written_in_capitals(string text, string expected)
    {
        Symbol.TryNormalize(text, out var symbol).Should().BeTrue();
        symbol.Should().Be(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("A B")]
    [InlineData(".A")]
    [InlineData("ÄPFEL")]
    [InlineData("A\0")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXY")]
    public void What_is_no_symbol_is_refused(string? text)
    {
        Symbol.TryNormalize(text, out var symbol).Should().BeFalse();
        symbol.Should().BeNull();
    }

    [Theory]
    [InlineData("BRK-B", "BRK.B")]
    [InlineData("BRK/B", "BRK.B")]
    [InlineData("BRK_B", "BRK.B")]
    [InlineData("BRK.B", "BRK.B")]
    [InlineData("A-B", "A.B")]
    [InlineData("AAPL", "AAPL")]
    [InlineData("F", "F")]
    [InlineData("-B", "-B")]
    [InlineData("BAC-PL", "BAC-PL")]
    [InlineData("BTC-USD", "BTC-USD")]
    [InlineData("EUR/USD", "EUR/USD")]
    [InlineData("7203-T", "7203-T")]
    [InlineData("ABCDEF-B", "ABCDEF-B")]
    public void A_class_of_US_shares_has_one_form(string symbol, string expected) => Symbol.OfUsStock(symbol).Should().Be(expected);

    [Theory]
    [InlineData("AAPL", true)]
    [InlineData("BRK/B", true)]
    [InlineData("BTC-USD", true)]
    [InlineData("^GSPC", false)]
    [InlineData("EUR/USD", false)]
    [InlineData("EURUSD=X", false)]
    public void Shares_of_indices_and_currencies_cannot_be_counted(string symbol, bool expected) => Symbol.HasVolume(symbol).Should().Be(expected);
}
