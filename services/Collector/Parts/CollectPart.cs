using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Parts;

/// <summary>
/// A part of a run: the bars of some symbols in one range, which is one request to the first provider and one message a symbol, if all goes well.
/// </summary>
/// <param name="RunId">The run.</param>
/// <param name="Step">Names the part among the steps of its run.</param>
/// <param name="Number">Its place among them.</param>
/// <param name="Name">What is collected, in a few words.</param>
/// <param name="Market">The market's name.</param>
/// <param name="Providers">Who may be asked: one fills in what those before it could not give.</param>
/// <param name="Interval">The interval.</param>
/// <param name="From">Start of the first bar, UTC.</param>
/// <param name="To">Start of the last bar, UTC.</param>
/// <param name="Symbols">As many as the first provider takes in one request.</param>
/// <param name="Lane">Which lane its messages take.</param>
/// <param name="Scheduled">Collected because the schedule found it due: what comes of it decides when it is due again.</param>
internal sealed record CollectPart(
    string RunId,
    string Step,
    int Number,
    string Name,
    string Market,
    IReadOnlyList<string> Providers,
    Interval Interval,
    DateTimeOffset From,
    DateTimeOffset To,
    IReadOnlyList<PartSymbol> Symbols,
    PartLane Lane,
    bool Scheduled = false)
{
    /// <summary>Since when the oldest of the bars has been due, UTC; null for what can wait longest.</summary>
    public DateTimeOffset? DueSince { get; init; }

    /// <summary>Waits, for days if need be, while the budgets of all providers are spent. Otherwise it ends, and whoever planned it comes again.</summary>
    public bool HoldsOut { get; init; }
}

/// <param name="Message">The number of its message within the run, under which Writer counts its bars.</param>
/// <param name="Starts">Which bars of the range are wanted; null for all.</param>
internal sealed record PartSymbol(string Symbol, int Message, IReadOnlyList<DateTimeOffset>? Starts = null);

/// <summary>Which lane messages take.</summary>
internal enum PartLane
{
    /// <summary>Live for bars of the newest session, history for all older ones.</summary>
    ByAge,

    /// <summary>Whatever their age.</summary>
    History,
}

/// <summary>What a request for a part brought. What was answered is published.</summary>
/// <param name="Symbols">What became of the symbols that were asked for: the first ones of those that were to be, as many as the provider takes.</param>
/// <param name="Failure">Why there is no answer at all; null if there is one.</param>
/// <param name="Next">Start of the first bar that the request left out because the range is longer than the provider's answers, UTC; null for none.</param>
internal sealed record FetchedPart(IReadOnlyList<FetchedSymbol> Symbols, FetchFailure? Failure = null, DateTimeOffset? Next = null);

/// <summary>What the answer has of one symbol.</summary>
/// <param name="Bars">How many bars; 0 when the provider says that there are none.</param>
/// <param name="Failure">Why there is no answer about it; null if there is one.</param>
internal sealed record FetchedSymbol(string Symbol, int Message, int Bars, FetchFailure? Failure = null);

/// <summary>A <see cref="ProviderError"/>, as a workflow's history keeps it.</summary>
internal sealed record FetchFailure(ProviderErrorKind Kind, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>It was about the request as a whole, not about one of its symbols.</summary>
    public bool OfRequest { get; init; } = true;

    public bool IsTransient => new ProviderError(Kind, Detail).IsTransient;

    public static FetchFailure? Of(ProviderError? error) => error is null ? null : new FetchFailure(error.Kind, error.Detail, error.RetryAfter);
}

/// <summary>What Writer counted when it stored a message of a run.</summary>
internal sealed record MessageReceipt(int Number, int Received, int Inserted, int Revised, int Unchanged, int Quarantined, int Repeated);
