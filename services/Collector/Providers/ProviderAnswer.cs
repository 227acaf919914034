using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Collector.Providers;

/// <summary>The outcome of one request as a whole.</summary>
/// <param name="RequestId">Names the request in messages and logs.</param>
/// <param name="At">When the vendor answered or the request ended, UTC.</param>
/// <param name="Value">Null when there is an error.</param>
/// <param name="Error">Why there is no value.</param>
internal sealed record ProviderAnswer<T>(string RequestId, DateTimeOffset At, T? Value, ProviderError? Error = null)
    where T : class
{
    /// <summary>What the vendor charges for the request, in its own unit; 1 where it counts requests.</summary>
    public int Credits { get; init; } = 1;

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Value is not null;
}
