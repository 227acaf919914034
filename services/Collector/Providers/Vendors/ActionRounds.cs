using StocksDapr.Contracts.Messages;
using ActionsAnswer = StocksDapr.Collector.Providers.ProviderAnswer<System.Collections.Generic.IReadOnlyDictionary<string, StocksDapr.Collector.Providers.SymbolAnswer<System.Collections.Generic.IReadOnlyList<StocksDapr.Contracts.Messages.CorporateAction>>>>;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Puts the corporate actions of some symbols together for a vendor that answers splits and dividends apart, and one symbol at a time.</summary>
internal static class ActionRounds
{
    /// <param name="symbols">The symbols, in the order in which they are asked.</param>
    /// <param name="from">The first ex-date.</param>
    /// <param name="to">The last ex-date.</param>
    /// <param name="questions">What is asked for each symbol: each answers for this one symbol. The next is not asked once one has failed.</param>
    /// <remarks>
    /// An error that concerns the vendor as a whole ends the round: it is the answer as a whole when nothing had been learnt before, and else that of the
    /// symbols that are left, so that nothing that was paid for is lost.
    /// </remarks>
    public static async Task<ActionsAnswer> AskAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, IReadOnlyList<Func<string, Task<ActionsAnswer>>> questions)
    {
        var answers = new Dictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>(StringComparer.Ordinal);
        ActionsAnswer? last = null;
        var credits = 0;
        ProviderError? end = null;
        foreach (var symbol in symbols)
        {
            var actions = new List<CorporateAction>();
            ProviderError? error = end;
            for (var i = 0; i < questions.Count && error is null; i++)
            {
                last = await questions[i](symbol);
                credits += last.Credits;
                end = last.Error is { Kind: not ProviderErrorKind.UnknownSymbol } ? last.Error : null;
                error = last.Error ?? Add(last.Value!, symbol, actions);
            }

            answers[symbol] = error is null
                ? SymbolAnswer<IReadOnlyList<CorporateAction>>.Of([.. actions.Where(action => action.ExDate >= from && action.ExDate <= to).OrderBy(action => action.ExDate)])
                : new SymbolAnswer<IReadOnlyList<CorporateAction>>(null, error);
        }

        return end is not null && answers.Values.All(answer => answer.Error == end)
            ? last! with { Credits = credits }
            : new ActionsAnswer(last!.RequestId, last.At, answers) { Credits = credits };
    }

    private static ProviderError? Add(
        IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>> answer, string symbol, List<CorporateAction> actions)
    {
        if (!answer.TryGetValue(symbol, out var ofSymbol))
            return new ProviderError(ProviderErrorKind.Malformed, "The answer says nothing of this symbol.");

        actions.AddRange(ofSymbol.Value ?? []);
        return ofSymbol.Error;
    }
}
