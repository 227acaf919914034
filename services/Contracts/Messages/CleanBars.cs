using StocksDapr.Market;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// What became of one <see cref="RawBars"/> message: the bars that passed every rule (ascending, each start once), those that
/// did not, and what was noticed. One message, so that Writer stores all three in one transaction.
/// </summary>
/// <remarks>A bar is written as in <see cref="RawBars"/>, all values numbers.</remarks>
public sealed record CleanBars(
    string Symbol,
    Interval Interval,
    Provenance Provenance,
    IReadOnlyList<Bar> Bars,
    IReadOnlyList<QuarantinedBar> Quarantined,
    IReadOnlyList<Finding> Findings)
{
    /// <summary>The version of this shape on the wire (<c>schema</c>).</summary>
    public const int Schema = 1;

    /// <summary>Bars that were in the raw message as exact repetitions of another one in it: neither stored nor quarantined.</summary>
    public int Repeated { get; init; }
}

/// <summary>A bar that broke a rule, as the provider said it.</summary>
/// <param name="Rule">The rule's id, such as <c>high-below-close</c>.</param>
/// <param name="Detail">What is wrong, with the offending values, in a sentence.</param>
/// <param name="Bar">The bar with its original values.</param>
public sealed record QuarantinedBar(string Rule, string Detail, RawBar Bar);

/// <summary>Something noticed about data that was stored all the same.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Start">The bar it is about; null for the whole message.</param>
/// <param name="Detail">What was noticed, in a sentence.</param>
public sealed record Finding(string Rule, DateTimeOffset? Start, string Detail);
