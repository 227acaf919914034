namespace Dapr.AspNetCore;

/// <summary>What became of a message.</summary>
public enum BulkSubscribeAppResponseStatus
{
    /// <summary>It is done.</summary>
    SUCCESS,

    /// <summary>It is to be delivered again.</summary>
    RETRY,

    /// <summary>It cannot be handled; it goes to the dead letter topic, if there is one.</summary>
    DROP,
}
