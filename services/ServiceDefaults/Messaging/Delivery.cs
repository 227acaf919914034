namespace StocksDapr.ServiceDefaults.Messaging;

/// <summary>One entry of a bulk delivery: its message, or why it cannot be understood.</summary>
/// <param name="EntryId">What the answer refers to.</param>
/// <param name="Message">Null when the entry cannot be understood.</param>
/// <param name="Unreadable">What is wrong with it; null when it could be read.</param>
/// <param name="EventId">The CloudEvent's id, by which its dead letter is known; null when it has none.</param>
public readonly record struct Delivery<T>(string EntryId, T? Message, string? Unreadable, string? EventId = null)
    where T : class;
