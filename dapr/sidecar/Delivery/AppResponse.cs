namespace StocksDapr.Sidecar.Delivery;

/// <summary>The application's answer to one call, read to its end.</summary>
internal sealed record AppResponse(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => Status is >= 200 and <= 299;

    /// <summary>The answer's headers, where the caller asked for them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
