namespace StocksDapr.Contracts.Messages;

/// <summary>What a provider knows about instruments: names for search. A later fetch replaces an earlier one.</summary>
public sealed record Instruments(Provenance Provenance, IReadOnlyList<Instrument> Items);

/// <summary>One listed instrument. <paramref name="Aliases"/> are other names people search by; an alias is not unique.</summary>
public sealed record Instrument(
    string Symbol, string Name, string? Exchange = null, string? Currency = null, string? Sector = null, IReadOnlyList<string>? Aliases = null);
