using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>
/// What a recorded answer says, read by somebody who shares no code with the providers. What is null is not said: a provider that is asked for it must not find
/// it there.
/// </summary>
internal sealed class Testimony
{
    /// <summary>Bars by the vendor's symbol, as the provider must answer them. Empty: the answer says that there are none.</summary>
    public Dictionary<string, IReadOnlyList<RawBar>> Bars { get; } = [];

    /// <summary>Of which the bars are.</summary>
    public Interval? Interval { get; set; }

    /// <summary>Whether these must be all bars that are answered, or may be more, such as those outside of sessions that are not known here.</summary>
    public bool MayLack { get; set; }

    /// <summary>How far a price may be off, relative: where an adjustment or a unit had to be taken out.</summary>
    public double Tolerance { get; set; }

    /// <summary>The last price by the vendor's symbol.</summary>
    public Dictionary<string, double> Quotes { get; } = [];

    /// <summary>Splits or dividends by the vendor's symbol.</summary>
    public Dictionary<string, IReadOnlyList<CorporateAction>> Actions { get; } = [];

    /// <summary>Whether <see cref="Actions"/> are splits, dividends, or, for null, both.</summary>
    public CorporateActionKind? ActionKind { get; set; }

    /// <summary>The contracts of a chain, by the symbol of the underlying.</summary>
    public (string Symbol, IReadOnlyList<(string Contract, DateOnly Expiry)> Contracts, DateOnly Expiry)? Chain { get; set; }

    /// <summary>Which kinds of error it is, when it says that something is wrong; empty for any.</summary>
    public IReadOnlyList<ProviderErrorKind>? Refusal { get; set; }

    /// <summary>It says that there is nothing, which may be told as an unknown symbol or as a success without anything.</summary>
    public bool IsNothing { get; set; }

    /// <summary>It can be read in more than one way, so that nothing is claimed of questions that it does not answer.</summary>
    public bool IsAmbiguous { get; set; }

    public static Testimony Refused(params ProviderErrorKind[] kinds) => new() { Refusal = kinds };

    public static Testimony Nothing() => new() { IsNothing = true };
}
