using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>Tests that share one running platform.</summary>
[CollectionDefinition(Name)]
public sealed class PlatformCollection : ICollectionFixture<RunningPlatform>
{
    public const string Name = "platform";
}
