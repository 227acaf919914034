namespace StocksDapr.Query.Bars.Caching;

/// <summary>
/// A lock and a generation for all series of one hash value. Every stored event moves the generation on, also for a series that the cache has
/// not met yet; so whoever reads from the database notes the generation first and keeps the result only if it still holds.
/// </summary>
internal sealed class Stripe
{
    public Lock Gate { get; } = new();

    /// <summary>Guarded by <see cref="Gate"/>.</summary>
    public long Generation { get; set; }
}
