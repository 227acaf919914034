using StocksDapr.Collector.Parts;
using StocksDapr.Market;

namespace StocksDapr.Collector.EndOfDay;

/// <param name="Ticket">Names the attempt to schedule it.</param>
/// <param name="Session">The session's date.</param>
/// <param name="DueAt">When it became due, UTC.</param>
/// <param name="Patience">How patiently to ask again within one collection.</param>
/// <param name="HealAttempts">How often what is missing is asked again.</param>
/// <param name="HealAfter">The wait before the first time.</param>
internal sealed record CloseInput(string Ticket, DateOnly Session, DateTimeOffset DueAt, PartPatience Patience, int HealAttempts, TimeSpan HealAfter)
{
    /// <summary>How far earlier generations of the workflow have come.</summary>
    public CloseProgress Progress { get; init; } = new(null, 0, 0, 0, 0, [], null);
}

/// <param name="BeganAt">When the workflow began; null before.</param>
/// <param name="Round">0: the session as a whole; from 1: what is missing, for the so many-th time.</param>
/// <param name="Next">Which part of the round comes next.</param>
/// <param name="Parts">Parts of earlier rounds.</param>
/// <param name="Messages">Numbers of messages that have been given out.</param>
/// <param name="Reasons">What is known of series that may lack something.</param>
/// <param name="Check">What the last check found; null before the first.</param>
internal sealed record CloseProgress(
    DateTimeOffset? BeganAt, int Round, int Next, int Parts, int Messages, IReadOnlyList<SeriesReason> Reasons, SessionCheck? Check)
{
    /// <summary>What Writer counted of the session's messages so far.</summary>
    public StoredRows Rows { get; init; } = new(0, 0, 0, 0, 0);
}

/// <summary>Why a series may lack bars.</summary>
internal sealed record SeriesReason(string Market, Interval Interval, string Symbol, string Reason);

/// <summary>A series that lacks bars of a session.</summary>
/// <param name="Missing">How many.</param>
internal sealed record IncompleteSeries(string Market, Interval Interval, string Symbol, int Missing, string? Reason = null);

/// <summary>What the calendar expects of a session, and what is there.</summary>
/// <param name="Series">Series that are to have bars.</param>
/// <param name="Complete">Series that have all of them.</param>
/// <param name="Incomplete">The others, the first thousand of them.</param>
internal sealed record SessionCheck(int Series, int Complete, IReadOnlyList<IncompleteSeries> Incomplete);

/// <summary>Counts of bars.</summary>
internal sealed record StoredRows(long Received, long Inserted, long Revised, long Unchanged, long Quarantined)
{
    public StoredRows With(IEnumerable<MessageReceipt> receipts) => receipts.Aggregate(this, (sum, receipt) => new StoredRows(
        sum.Received + receipt.Received, sum.Inserted + receipt.Inserted, sum.Revised + receipt.Revised, sum.Unchanged + receipt.Unchanged, sum.Quarantined + receipt.Quarantined));
}
