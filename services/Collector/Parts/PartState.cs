using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Parts;

/// <summary>How far each symbol of a part has come, whoever delivers it.</summary>
internal sealed class PartState(CollectPart part)
{
    /// <summary>Longer than what is listed goes without any trade.</summary>
    private static readonly TimeSpan LongRange = TimeSpan.FromDays(30);

    public IReadOnlyList<PartSymbolState> Symbols { get; } = [.. part.Symbols.Select(wanted => new PartSymbolState(wanted, part.From))];

    /// <summary>Those that a provider may still be asked for.</summary>
    public IEnumerable<PartSymbolState> OpenTo(string provider) => Symbols.Where(symbol => symbol.Outcome is null && !symbol.IsRefusedBy(provider));

    public IReadOnlyList<StepSymbol> Outcomes() => [.. Symbols.Select(symbol => symbol.Outcome ?? Failed(symbol))];

    /// <summary>
    /// The symbols of which some providers say that they do not have them, while of the others none will ever answer (it lacks the interval, or our key the right) or one has
    /// nothing at all in a long range: several vendors answer so what they do not know. With those who say so.
    /// </summary>
    public IEnumerable<(string Symbol, IReadOnlyList<string> Providers)> Unknown() =>
        from symbol in Symbols
        where symbol.Outcome is null ? part.Providers.All(symbol.IsRefusedBy) : symbol.Outcome.Outcome == SymbolOutcome.Empty && part.To - part.From >= LongRange
        let providers = part.Providers.Where(provider => symbol.FailureOf(provider)?.Kind == ProviderErrorKind.UnknownSymbol).ToList()
        where providers.Count > 0
        select (symbol.Wanted.Symbol, (IReadOnlyList<string>)providers);

    /// <summary>Set when no provider lets itself be asked at all: there is no key, or it does not cover the data.</summary>
    public string? Fatal() =>
        part.Providers.Count > 0 && Symbols.All(symbol => symbol.Outcome is null && part.Providers.All(provider => symbol.FailureOf(provider) is { Kind: ProviderErrorKind.NotEntitled, OfRequest: true }))
            ? Detail(Symbols[0])
            : null;

    private StepSymbol Failed(PartSymbolState symbol) => new(symbol.Wanted.Symbol, SymbolOutcome.Failed, symbol.Bars, Detail(symbol));

    private string Detail(PartSymbolState symbol)
    {
        var failures = part.Providers.Select(provider => (Provider: provider, Failure: symbol.FailureOf(provider))).Where(failed => failed.Failure is not null).ToList();
        return failures switch
        {
            [] => "Nobody can be asked for it.",
            [var only] when part.Providers.Count == 1 => only.Failure!.Detail,
            _ => string.Join(' ', failures.Select(failed => $"{failed.Provider}: {failed.Failure!.Detail}")),
        };
    }
}

/// <summary>How far one symbol has come.</summary>
internal sealed class PartSymbolState(PartSymbol wanted, DateTimeOffset from)
{
    /// <summary>Messages of later pieces of a part that is longer than a provider's answers are numbered so far apart.</summary>
    private const int NumbersPerPiece = 1_000_000;

    private readonly Dictionary<string, FetchFailure> _failures = new(StringComparer.Ordinal);
    private int _pieces;

    public PartSymbol Wanted => wanted;

    /// <summary>Start of the first bar that is still wanted, UTC.</summary>
    public DateTimeOffset From { get; private set; } = from;

    /// <summary>Bars that providers have answered.</summary>
    public int Bars { get; private set; }

    /// <summary>How often the bars that come next have been asked for in vain.</summary>
    public int Attempts { get; private set; }

    /// <summary>What became of it; null while it is open.</summary>
    public StepSymbol? Outcome { get; private set; }

    /// <summary>What the next message about it says.</summary>
    public PartSymbol ToAsk => wanted with { Message = wanted.Message + (_pieces * NumbersPerPiece) };

    public FetchFailure? FailureOf(string provider) => _failures.GetValueOrDefault(provider);

    /// <summary>The provider has said that it will never have it, or not for us.</summary>
    public bool IsRefusedBy(string provider) => FailureOf(provider) is { IsTransient: false };

    /// <summary>A request failed as a whole.</summary>
    public void Failed(string provider, FetchFailure failure) => _failures[provider] = failure;

    /// <summary>A request was answered, and has no bars of this symbol because something is wrong with it.</summary>
    public void FailedAlone(string provider, FetchFailure failure)
    {
        _failures[provider] = failure with { OfRequest = false };
        Attempts++;
    }

    /// <summary>What was answered is stored, or there was nothing.</summary>
    /// <param name="bars">How many bars.</param>
    /// <param name="next">Where the rest begins; null when that was all.</param>
    public void Advance(int bars, DateTimeOffset? next)
    {
        Bars += bars;
        Attempts = 0;
        if (next is { } rest)
            (From, _pieces) = (rest, _pieces + 1);
        else
            Outcome = new StepSymbol(wanted.Symbol, Bars > 0 ? SymbolOutcome.Stored : SymbolOutcome.Empty, Bars);
    }

    /// <summary>What was answered was sent, and nobody says that it is stored.</summary>
    /// <param name="attempts">How often it may be asked for again.</param>
    public void Unconfirmed(int bars, int attempts)
    {
        if (++Attempts >= attempts)
            Outcome = new StepSymbol(wanted.Symbol, SymbolOutcome.Unconfirmed, Bars + bars, "It was sent, and nobody said that it is stored.");
    }

    public void NewProvider() => Attempts = 0;
}
