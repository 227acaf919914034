namespace StocksDapr.Collector.Providers.Keys;

/// <summary>
/// The keys of one vendor, and what may be spent with each. No request goes out that has not been granted here, so that no budget is ever passed. Safe to
/// use from several threads.
/// </summary>
internal interface IProviderKeys
{
    /// <summary>
    /// The most credits that one request may cost; null for any number. A request that costs more is never granted, so
    /// <see cref="ProviderCapabilities.MaxSymbols"/> of a provider whose requests cost by the symbol keeps to it.
    /// </summary>
    int? LargestRequest => null;

    /// <summary>Whether there is any key to ask for, or none is wanted; not as long as nobody knows. Whether it can pay is another question.</summary>
    bool HasKey => true;

    /// <summary>
    /// Waits until one of the keys can pay for a request, and spends it. Where that takes longer than a caller should be held, the grant is an error of
    /// kind <see cref="ProviderErrorKind.RateLimited"/> that says when to come again; without any key it is <see cref="ProviderErrorKind.NotEntitled"/>.
    /// </summary>
    Task<KeyGrant> AcquireAsync(RequestCost cost, CancellationToken cancellationToken);

    /// <summary>Takes in what the vendor said when the key was used: credits that it counts otherwise, a limit, a key that it does not accept.</summary>
    Task ReportAsync(KeyGrant grant, KeyReport report, CancellationToken cancellationToken);

    /// <summary>After a report that a key was limited or refused: whether it makes sense to acquire another one for the same request.</summary>
    bool HasOtherThan(KeyGrant refused) => false;
}

/// <param name="Credits">What the request costs, at least 1.</param>
/// <param name="DueSince">Since when what is asked for has been due: among those that wait the most overdue goes first. Null goes last.</param>
internal sealed record RequestCost(int Credits = 1, DateTimeOffset? DueSince = null)
{
    /// <summary>What the request brings can be done without: it leaves half of a key's day to what cannot.</summary>
    public bool IsDispensable { get; init; }
}

/// <summary>Leave to make one request.</summary>
/// <param name="Key">Names the key in logs and answers, never the key itself: its place in the secret, from 1.</param>
/// <param name="Secret">What the request is signed with; null when the vendor wants no key.</param>
/// <param name="Error">Why there is no leave; null if there is one.</param>
internal sealed record KeyGrant(int Key, string? Secret, ProviderError? Error = null)
{
    /// <summary>What was spent.</summary>
    public RequestCost Cost { get; init; } = new();

    /// <summary>Names the spending, for its report.</summary>
    public string Spend { get; init; } = "";

    /// <summary>When it was granted, UTC.</summary>
    public DateTimeOffset At { get; init; }

    public override string ToString() => $"key {Key}";
}

/// <param name="Error">What was wrong with the answer as a whole; null if nothing was.</param>
/// <param name="Usage">What the vendor says has been spent; null when it does not say.</param>
internal sealed record KeyReport(ProviderError? Error, CreditUsage? Usage);

/// <summary>What a vendor says of a key's budget in the minute under way; null where it does not say.</summary>
internal sealed record CreditUsage(int? Used, int? Left);
