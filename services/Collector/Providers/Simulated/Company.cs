using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>A fictional company, and what kind of stock it is.</summary>
/// <param name="Instrument">Its symbol, name, sector and aliases.</param>
/// <param name="ListedOn">Its first session; null if it was there before the simulated market began.</param>
/// <param name="Price">The price at its first open.</param>
/// <param name="DollarVolume">Turnover of an ordinary day in dollars.</param>
/// <param name="Volatility">Standard deviation of a year's log return; 0.3 is 30 percent.</param>
/// <param name="Beta">How much of the market's return it takes part in.</param>
/// <param name="DividendYield">A year's dividends as a part of the price; 0 for a company that pays none.</param>
internal sealed record Company(
    Instrument Instrument, DateOnly? ListedOn, double Price, double DollarVolume, double Volatility, double Beta, double DividendYield)
{
    public string Symbol => Instrument.Symbol;

    public static string SymbolOf(string ticker) => ticker + Market.Symbol.SimulatedSuffix;
}
