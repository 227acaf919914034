using System.Globalization;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.OptionChains;

/// <summary>Strikes from one to another, both included; or so many on either side of the spot.</summary>
internal readonly record struct StrikeRange(double? Least, double? Greatest, int? AroundTheMoney);

/// <summary>Which contracts of a chain are wanted, of what was known when.</summary>
internal sealed record ChainFilter(DateOnly[]? Expiries, bool? Calls, StrikeRange? Strikes, DateTimeOffset? AsOf)
{
    private const int MaxExpiries = 100;
    private const int MaxAround = 1_000;
    private static readonly string[] ValidStrikes = ["200..250", "200..", "..250", "±5", "5"];

    /// <summary>Ways to type ±; a plus sign that was not escaped arrives as a blank.</summary>
    private static readonly string[] AroundSigns = ["±", "+-", " -", "+", " ", ""];

    public static ChainFilter Read(ParameterReader parameters) => new(
        Days(parameters),
        parameters.Choice("type", "call", "put") is { } type ? type == "call" : null,
        Range(parameters),
        parameters.AsOf());

    /// <summary>Leaves the strikes nearest to the spot, of each expiry so many below it and so many above.</summary>
    public List<ContractQuote> Around(List<ContractQuote> quotes, double? spot)
    {
        if (Strikes?.AroundTheMoney is not { } around || spot is not { } money)
            return quotes;

        var kept = new List<ContractQuote>();
        foreach (var expiry in quotes.GroupBy(quote => quote.Expiry))
        {
            var strikes = expiry.Select(quote => quote.Strike).Distinct().ToList();
            var near = strikes.Where(strike => strike < money).OrderDescending().Take(around)
                .Concat(strikes.Where(strike => strike >= money).Order().Take(around)).ToHashSet();
            kept.AddRange(expiry.Where(quote => near.Contains(quote.Strike)));
        }

        return kept;
    }

    private static DateOnly[]? Days(ParameterReader parameters)
    {
        if (parameters.Text("expiry") is not { } text)
            return null;

        var days = new List<DateOnly>();
        foreach (var part in text.Split(','))
        {
            if (DateOnly.TryParseExact(part, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && days.Count < MaxExpiries)
                days.Add(day);
            else
                parameters.Fail("bad_expiry", $"expiry must be a date, or up to {MaxExpiries} with commas between them; '{ParameterReader.Shown(part)}' is not.", new { expiry = "2026-12-18" });
        }

        return [.. days];
    }

    private static StrikeRange? Range(ParameterReader parameters)
    {
        if (parameters.Text("strikes") is not { } text)
            return null;

        if (text.Split("..") is [var from, var to] && (from.Length > 0 || to.Length > 0)
            && TryStrike(from, out var least) && TryStrike(to, out var greatest) && !(least > greatest))
            return new StrikeRange(least, greatest, null);

        var sign = AroundSigns.First(sign => text.StartsWith(sign, StringComparison.Ordinal));
        if (int.TryParse(text.AsSpan(sign.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var around) && around is >= 1 and <= MaxAround)
            return new StrikeRange(null, null, around);

        parameters.Fail(
            "bad_strikes", $"strikes must be a range, or how many on either side of the money, 1 to {MaxAround}; '{ParameterReader.Shown(text)}' is neither.",
            new { strikes = ValidStrikes });
        return null;
    }

    private static bool TryStrike(string text, out double? strike)
    {
        strike = null;
        if (text.Length == 0)
            return true;
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return false;
        strike = number;
        return true;
    }
}
