using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

public sealed class OptionContractTests
{
    [Theory]
    [InlineData("AAPL260320C00250000", "AAPL", "2026-03-20", OptionType.Call, 250)]
    [InlineData("BRKB261218P00457500", "BRKB", "2026-12-18", OptionType.Put, 457.5)]
    [InlineData("AAPL1260320C00002500", "AAPL1", "2026-03-20", OptionType.Call, 2.5)]
    [InlineData("F  260320P00012005", "F", "2026-03-20", OptionType.Put, 12.005)]
    public void A_symbol_says_root_expiry_type_and_strike(string symbol, string root, string expiry, OptionType type, double strike)
    {
        OptionContract.TryParse(symbol, out var contract).Should().BeTrue();
        contract.Should().Be(new OptionContract(root, DateOnly.Parse(expiry), type, strike));
        contract.ToString().Should().Be(symbol.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("260320C00250000")]
    [InlineData("AAPL260230C00250000")]
    [InlineData("AAPL260320X00250000")]
    [InlineData("AAPL260320C0025000A")]
    [InlineData("AAPL260320C-0250000")]
    [InlineData("aapl260320C00250000")]
    [InlineData("TOOLONG260320C00250000")]
    [InlineData("A PL260320C00250000")]
    public void Anything_else_is_none(string? symbol) => OptionContract.TryParse(symbol, out _).Should().BeFalse();
}
