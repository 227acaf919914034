namespace Dapr.Client;

/// <summary>An event of a bulk publish that the broker did not take.</summary>
/// <typeparam name="TValue">Type of the event's data.</typeparam>
public class BulkPublishResponseFailedEntry<TValue>(BulkPublishEntry<TValue> entry, string errorMessage)
{
    /// <summary>The event.</summary>
    public BulkPublishEntry<TValue> Entry { get; } = entry;

    /// <summary>Why it failed.</summary>
    public string ErrorMessage { get; } = errorMessage;
}
