using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd;

/// <summary>With the broker in the memory of the sidecars.</summary>
[Collection(PlatformCollection.Name)]
public sealed class LocalKillTests(RunningPlatform platform) : KillTests(platform);
