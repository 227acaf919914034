namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What is known of one key's budget. <see cref="KeyBudget"/> reads and continues it.</summary>
internal sealed record KeyLedger
{
    /// <summary>What may still count in a window of the vendor's.</summary>
    public IReadOnlyList<Spend> Spends { get; init; } = [];

    /// <summary>The vendor's day of <see cref="DaySpent"/>.</summary>
    public DateOnly Day { get; init; }

    /// <summary>What was spent in that day, besides <see cref="Spends"/>.</summary>
    public int DaySpent { get; init; }

    /// <summary>The vendor limited the key: until when it is left alone, UTC.</summary>
    public DateTimeOffset? LimitedUntil { get; init; }

    /// <summary>When it last did, UTC.</summary>
    public DateTimeOffset? LimitedAt { get; init; }

    /// <summary>How often in a row it did.</summary>
    public int Limits { get; init; }

    /// <summary>The vendor does not accept the key: until when it is put aside, UTC.</summary>
    public DateTimeOffset? RefusedUntil { get; init; }

    /// <summary>When it last did not, UTC.</summary>
    public DateTimeOffset? RefusedAt { get; init; }

    /// <summary>How often in a row it did not.</summary>
    public int Refusals { get; init; }

    /// <summary>What the vendor last said against the key.</summary>
    public string? Complaint { get; init; }

    public DateTimeOffset? BlockedUntil(DateTimeOffset now)
    {
        var until = LimitedUntil > RefusedUntil || RefusedUntil is null ? LimitedUntil : RefusedUntil;
        return until > now ? until : null;
    }
}
