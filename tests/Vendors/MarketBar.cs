using StocksDapr.Contracts.Messages;

namespace StocksDapr.Vendors;

/// <summary>A bar of the emulated market: raw prices, start in UTC. What is null the vendor does not have.</summary>
public sealed record MarketBar(DateTimeOffset Start, double? Open, double? High, double? Low, double? Close, long? Volume)
{
    /// <summary>The bar as a provider must hand it on.</summary>
    public RawBar ToRaw() => new(Start, Value(Open), Value(High), Value(Low), Value(Close), Value(Volume));

    private static RawValue Value(double? number) => number is { } value ? new RawValue(value) : default;
}
