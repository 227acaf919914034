namespace StocksDapr.Query.Symbols;

/// <summary>What is known about a symbol; null where no provider has said anything.</summary>
internal sealed record SymbolSummary(string Symbol, string? Name, string? Exchange, string? Currency, string? Sector, IReadOnlyList<string> Aliases);
