using Microsoft.AspNetCore.Mvc;
using Npgsql;
using StocksDapr.Query.Storage;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Symbols;

/// <summary>Finds symbols by symbol, name, alias, and in spite of typing errors.</summary>
internal sealed class SymbolSearch(MarketDatabase database)
{
    public const int MaxLength = 64;

    private const int Suggestions = 5;

    public Task<List<SymbolSummary>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(SymbolsSql.List, [Parameter.Text(after), Parameter.Integer(limit)], Read, cancellationToken);

    /// <param name="text">What somebody typed; 1 to <see cref="MaxLength"/> characters.</param>
    public Task<List<SymbolSummary>> SearchAsync(string text, int limit, int offset, CancellationToken cancellationToken)
    {
        var wanted = text.ToLowerInvariant();
        var pattern = wanted.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
        return database.ListAsync(
            SymbolsSql.Search,
            [Parameter.Text(wanted), Parameter.Text(pattern), Parameter.Text(pattern.ToUpperInvariant()), Parameter.Integer(limit), Parameter.Integer(offset)],
            Read,
            cancellationToken);
    }

    /// <summary>The problem of a question none of whose symbols is known, with symbols that resemble the first.</summary>
    public async Task<ProblemDetails> UnknownAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        var alike = await SearchAsync(symbols[0], Suggestions, 0, cancellationToken);
        var detail = symbols.Count == 1 ? $"Nothing is stored under {symbols[0]}." : $"Nothing is stored under any of the {symbols.Count} symbols.";
        var suggestions = alike.Select(symbol => symbol.Symbol).ToArray();
        return ApiProblem.Details(
            StatusCodes.Status404NotFound,
            "unknown_symbol",
            suggestions.Length == 0 ? $"{detail} /symbols?search= finds what is." : $"{detail} Did you mean {string.Join(", ", suggestions)}?",
            retry: false,
            new { suggestions });
    }

    public static SymbolSummary Read(NpgsqlDataReader row) => new(
        row.Text("symbol"), row.TextOrNull("name"), row.TextOrNull("exchange"), row.TextOrNull("currency"), row.TextOrNull("sector"), row.Texts("aliases"));
}
