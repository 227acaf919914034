using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;

namespace StocksDapr.Processor.OptionChains;

/// <summary>
/// Prices of a chain that cannot all be right, since somebody could earn by them without risk (Hull, Options, Futures and Other Derivatives, "Properties of
/// stock options"; Merton 1973). Bought at the ask and sold at the bid, so that wide and missing quotes never count. One finding for each rule and
/// expiry, however many contracts break it: a stale chain is one thing that happened, not a thousand.
/// </summary>
internal static class ChainRules
{
    /// <summary>The ask is below the bid.</summary>
    public const string Crossed = "crossed-quotes";

    /// <summary>Calls get cheaper with the strike, puts dearer, and by no more than the strikes differ.</summary>
    public const string Monotone = "monotone-in-strike";

    /// <summary>A contract costs no more than the mixture of the two beside it.</summary>
    public const string Convex = "convex-in-strike";

    /// <summary>S·e^(-qT) - K ≤ call - put ≤ S - K·e^(-rT), as American options have it.</summary>
    public const string Parity = "put-call-parity";

    /// <summary>A contract that lives longer costs no less.</summary>
    public const string Calendar = "calendar-spread";

    private const int MostExamples = 3;

    /// <summary>A tick, below which nothing can be earned.</summary>
    private const double Tick = 0.01;

    /// <summary>How far the underlying may have moved between its quote and those of the contracts.</summary>
    private const double Drift = 0.002;

    public static IEnumerable<OptionFinding> Findings(ChainMarket market)
    {
        var broken = new SortedDictionary<(DateOnly Expiry, string Rule), List<(string Contract, string Text)>>();
        void Add(string rule, ChainQuote quote, string text)
        {
            if (!broken.TryGetValue((quote.Said.Expiry, rule), out var items))
                broken.Add((quote.Said.Expiry, rule), items = []);
            items.Add((quote.Said.Contract, text));
        }

        foreach (var quote in market.Quotes.Where(quote => quote.IsCrossed))
            Add(Crossed, quote, $"{quote.Said.Contract} bid {Text(quote.Said.Bid)}, ask {Text(quote.Said.Ask)}");
        foreach (var series in market.Quotes.Where(quote => !quote.IsCrossed).GroupBy(quote => (quote.Said.Expiry, quote.Said.Type)))
        {
            // Contracts changed by a corporate action have the strikes of others and deliver something else.
            var strikes = series.DistinctBy(quote => quote.Said.Strike).ToList();
            Neighbours(strikes, Add);
        }

        Pairs(market, Add);
        Calendars(market, Add);
        foreach (var ((expiry, rule), items) in broken)
        {
            yield return new OptionFinding(
                rule, items[0].Contract,
                string.Create(CultureInfo.InvariantCulture, $"{expiry:yyyy-MM-dd}, {items.Count} {(items.Count == 1 ? "time" : "times")}: {string.Join("; ", items.Take(MostExamples).Select(item => item.Text))}."));
        }
    }

    private static void Neighbours(List<ChainQuote> quotes, Action<string, ChainQuote, string> add)
    {
        for (var i = 1; i < quotes.Count; i++)
        {
            var (low, high) = (quotes[i - 1], quotes[i]);
            var (cheap, dear) = low.Said.Type == OptionType.Call ? (high, low) : (low, high);
            var apart = high.Said.Strike - low.Said.Strike;
            if (cheap.Said.Bid > dear.Said.Ask + Tick)
                add(Monotone, low, $"{cheap.Said.Contract} bid {Text(cheap.Said.Bid)} above {dear.Said.Contract} ask {Text(dear.Said.Ask)}");
            else if (dear.Said.Bid - cheap.Said.Ask > apart + Tick)
                add(Monotone, low, $"{dear.Said.Contract} bid {Text(dear.Said.Bid)} above {cheap.Said.Contract} ask {Text(cheap.Said.Ask)} by more than the strikes differ");

            if (i < 2)
                continue;
            var lowest = quotes[i - 2];
            var share = apart / (high.Said.Strike - lowest.Said.Strike);
            if (low.Said.Bid > (share * lowest.Said.Ask) + ((1 - share) * high.Said.Ask) + Tick)
                add(Convex, low, $"{low.Said.Contract} bid {Text(low.Said.Bid)} above the mixture of its neighbours' asks {Text(lowest.Said.Ask)} and {Text(high.Said.Ask)}");
        }
    }

    private static void Pairs(ChainMarket market, Action<string, ChainQuote, string> add)
    {
        if (market.Spot is not { } spot)
            return;

        foreach (var ofStrike in market.Quotes.Where(quote => !quote.IsCrossed).GroupBy(quote => (quote.Said.Expiry, quote.Said.Strike)))
        {
            var call = ofStrike.FirstOrDefault(quote => quote.Said.Type == OptionType.Call);
            var put = ofStrike.FirstOrDefault(quote => quote.Said.Type == OptionType.Put);
            if (call is null || put is null)
                continue;

            var expiry = market.Expiry(ofStrike.Key.Expiry);
            var tolerance = Tick + (Drift * spot);
            var most = Math.Max(spot, spot * Math.Exp(-expiry.Yield * expiry.Years)) - (ofStrike.Key.Strike * Math.Min(Math.Exp(-expiry.Rate * expiry.Years), 1));
            var least = Math.Min(spot, spot * Math.Exp(-expiry.Yield * expiry.Years)) - (ofStrike.Key.Strike * Math.Max(Math.Exp(-expiry.Rate * expiry.Years), 1));
            if (call.Said.Bid - put.Said.Ask > most + tolerance)
                add(Parity, call, $"{call.Said.Contract} bid {Text(call.Said.Bid)} less put ask {Text(put.Said.Ask)} is above {Text(Math.Round(most, 4))}");
            else if (call.Said.Ask - put.Said.Bid < least - tolerance)
                add(Parity, call, $"{call.Said.Contract} ask {Text(call.Said.Ask)} less put bid {Text(put.Said.Bid)} is below {Text(Math.Round(least, 4))}");
        }
    }

    private static void Calendars(ChainMarket market, Action<string, ChainQuote, string> add)
    {
        foreach (var ofStrike in market.Quotes.Where(quote => !quote.IsCrossed).GroupBy(quote => (quote.Said.Type, quote.Said.Strike)))
        {
            ChainQuote? earlier = null;
            foreach (var quote in ofStrike.DistinctBy(quote => quote.Said.Expiry))
            {
                if (earlier?.Said.Bid > quote.Said.Ask + Tick)
                    add(Calendar, quote, $"{quote.Said.Contract} ask {Text(quote.Said.Ask)} below {earlier.Said.Contract} bid {Text(earlier.Said.Bid)}");
                earlier = quote;
            }
        }
    }

    private static string Text(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
