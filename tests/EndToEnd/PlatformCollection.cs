using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>Tests that share one running platform.</summary>
[CollectionDefinition(Name)]
public sealed class PlatformCollection : ICollectionFixture<RunningPlatform>
{
    public const string Name = "platform";
}

/// <summary>The platform on a real RabbitMQ.</summary>
public sealed class RabbitMqPlatform : RunningPlatform
{
    public RabbitMqPlatform() => Components = "rabbitmq";
}

/// <summary>Tests that share one platform on RabbitMQ.</summary>
[CollectionDefinition(Name)]
public sealed class RabbitMqPlatformCollection : ICollectionFixture<RabbitMqPlatform>
{
    public const string Name = "platform on RabbitMQ";
}
