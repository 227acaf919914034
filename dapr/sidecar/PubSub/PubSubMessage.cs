namespace StocksDapr.Sidecar.PubSub;

/// <summary>A message on its way through a broker.</summary>
internal sealed record PubSubMessage(string Topic, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>(0);

    /// <summary>Messages of one key stay in order on brokers that partition; null = no key.</summary>
    public string? PartitionKey { get; init; }

    /// <summary>What is known of the envelope from its making; null = it has to be read.</summary>
    public EventFacts? Facts { get; init; }
}
