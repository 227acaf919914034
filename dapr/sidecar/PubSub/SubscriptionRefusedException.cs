namespace StocksDapr.Sidecar.PubSub;

/// <summary>A subscription that a broker will never accept as it is: trying again is no use.</summary>
internal sealed class SubscriptionRefusedException(string message) : Exception(message);
