using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Backfills;

/// <summary>Whom a backfill is asked of.</summary>
/// <param name="Name">A provider, who alone is asked, or a market.</param>
/// <param name="Market">The market.</param>
/// <param name="Sources">Who can be asked for which interval, the first one first.</param>
internal sealed record BackfillSources(string Name, string Market, IReadOnlyList<Source> Sources)
{
    public IReadOnlyList<Source> Of(Interval interval) => [.. Sources.Where(source => source.Interval == interval)];

    /// <summary>The markets of which somebody can be asked.</summary>
    public static async Task<IReadOnlyList<BackfillSources>> AllAsync(IEnumerable<DueBars> schedules, CancellationToken cancellationToken)
    {
        var markets = new List<BackfillSources>();
        foreach (var schedule in schedules)
        {
            var sources = new List<Source>();
            foreach (var interval in Markets.Intervals)
                sources.AddRange(await schedule.Sources.GetAsync(interval, cancellationToken));
            if (sources.Count > 0)
                markets.Add(new BackfillSources(schedule.Plan.Market, schedule.Plan.Market, sources));
        }

        return markets;
    }

    /// <summary>Reads whom the body names; where it names nobody, the symbols tell.</summary>
    public static (BackfillSources? Asked, IResult? Problem) Choose(JsonElement body, IReadOnlyList<string> symbols, IReadOnlyList<BackfillSources> markets)
    {
        if (markets.Count == 0)
            return (null, ApiProblem.Conflict("no_provider", "No provider is configured, so there is nowhere to get bars from."));
        if (!body.TryGetProperty("provider", out var name) || name.ValueKind == JsonValueKind.Null)
            return markets.Count == 1 ? (markets[0], null) : BySymbols(symbols, markets);

        var asked = name.ValueKind == JsonValueKind.String ? markets.Select(market => market.Named(name.GetString()!)).FirstOrDefault(found => found is not null) : null;
        if (asked is null)
        {
            var names = markets.Select(market => market.Name).Concat(markets.SelectMany(market => market.Sources.Select(source => source.Name))).Distinct(StringComparer.Ordinal);
            return Bad("bad_provider", $"provider is one of {string.Join(", ", names)}.");
        }

        return asked.Market != Markets.Simulated && symbols.FirstOrDefault(Symbol.IsSimulated) is { } simulated
            ? Bad("bad_symbols", $"'{simulated}' is simulated; {asked.Name} has real symbols only.")
            : (asked, null);
    }

    private BackfillSources? Named(string name) =>
        name == Market ? this
        : Sources.Any(source => source.Name == name) ? new BackfillSources(name, Market, [.. Sources.Where(source => source.Name == name)])
        : null;

    private static (BackfillSources? Asked, IResult? Problem) BySymbols(IReadOnlyList<string> symbols, IReadOnlyList<BackfillSources> markets)
    {
        var simulated = symbols.Count(Symbol.IsSimulated);
        if (simulated > 0 && simulated < symbols.Count)
            return Bad("bad_symbols", $"Simulated symbols, which end in {Symbol.SimulatedSuffix}, and real ones do not mix; ask for them one after the other.");
        return markets.FirstOrDefault(market => market.Market == Markets.Simulated == simulated > 0) is { } asked
            ? (asked, null)
            : Bad("bad_symbols", "Nobody who has symbols such as these can be asked.");
    }

    private static (BackfillSources? Asked, IResult? Problem) Bad(string code, string detail) => (null, ApiProblem.BadRequest(code, detail, BackfillReader.Example));
}
