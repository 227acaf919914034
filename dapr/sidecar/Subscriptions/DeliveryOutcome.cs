namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>What became of one message.</summary>
internal readonly record struct DeliveryOutcome(DeliveryResult Result, Exception? Failure)
{
    public static DeliveryOutcome Done => new(DeliveryResult.Done, null);

    /// <summary>Dropped, with a copy to the dead-letter topic.</summary>
    public static DeliveryOutcome Dropped => new(DeliveryResult.Dropped, null);

    /// <summary>Dropped without a copy.</summary>
    public static DeliveryOutcome Forgotten => new(DeliveryResult.Forgotten, null);

    public static DeliveryOutcome Failed(Exception failure) => new(DeliveryResult.Failed, failure);
}

/// <summary>The kinds of outcome.</summary>
internal enum DeliveryResult
{
    Done,
    Dropped,
    Forgotten,
    Failed,
}

/// <summary>The application wants the message again, or could not take it.</summary>
internal sealed class RetryRequestedException(string message) : Exception(message);
