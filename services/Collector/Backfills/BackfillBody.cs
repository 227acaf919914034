using System.ComponentModel;

namespace StocksDapr.Collector.Backfills;

/// <summary>The body of <c>POST /backfills</c>.</summary>
/// <param name="Symbols">1 to 500 symbols.</param>
/// <param name="Interval">One that a provider has.</param>
/// <param name="From">First day wanted.</param>
/// <param name="To">Last day wanted, included.</param>
/// <param name="Provider">A provider, who alone is asked; or a market, whose providers fill in for one another, as when it is left out.</param>
internal sealed record BackfillBody(
    [property: Description("1 to 500 symbols.")] IReadOnlyList<string> Symbols,
    [property: Description("1min, 5min, 15min, 30min, 1h or 1d, as far as the provider has it.")] string Interval,
    [property: Description("First day wanted.")] DateOnly From,
    [property: Description("Last day wanted, included.")] DateOnly To,
    [property: Description("A provider, who alone is asked; or a market (simulated, us-stocks), whose providers fill in for one another. Left out: the market that the symbols are of.")] string? Provider = null);

/// <summary>The answer to a request for a backfill, and to pause, resume and cancel.</summary>
/// <param name="State">running, paused or cancelled; the whole of it is at <c>GET /backfills/{id}</c>.</param>
internal sealed record BackfillAccepted(string Id, string State, int? Parts = null);
