using Microsoft.AspNetCore.Http.Metadata;

namespace StocksDapr.Gateway.Edge;

/// <summary>How large the body of a request to an endpoint may be, in bytes, where that is not <see cref="EdgeLimits.BodyBytes"/>.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
{
    /// <summary>For a body that is not held in memory.</summary>
    public static readonly BodyLimit None = new((long?)null);
}
