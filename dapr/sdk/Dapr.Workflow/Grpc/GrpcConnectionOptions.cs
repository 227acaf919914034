namespace Dapr.Workflow.Grpc;

/// <summary>Where calls go and what they may cost.</summary>
internal sealed record GrpcConnectionOptions(Uri Endpoint)
{
    /// <summary>gRPC's own default for what a client accepts, in bytes.</summary>
    public const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>Sent with each call; empty for nothing.</summary>
    public string ApiToken { get; init; } = string.Empty;

    /// <summary>Bytes.</summary>
    public int MaxReceiveMessageSize { get; init; } = DefaultMaxReceiveMessageSize;

    /// <summary>Bytes; null for no limit here.</summary>
    public int? MaxSendMessageSize { get; init; }

    /// <summary>For calls with one answer; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Makes the HTTP client; null for one of our own.</summary>
    public Func<HttpMessageInvoker>? Http { get; init; }
}
