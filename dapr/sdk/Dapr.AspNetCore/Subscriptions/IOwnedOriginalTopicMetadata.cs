namespace Dapr;

/// <summary>Says which metadata belong to a topic.</summary>
public interface IOwnedOriginalTopicMetadata
{
    /// <summary>Ids of the topic's own metadata.</summary>
    string[]? OwnedMetadatas { get; }

    /// <summary>What stands between values of the same name; a comma by default.</summary>
    string? MetadataSeparator { get; }
}
