namespace StocksDapr.Protocol.Grpc;

/// <summary>A call that ends otherwise than with <see cref="GrpcStatusCode.Ok"/>: thrown by a service to say so, and by a reader of frames for what cannot be read.</summary>
public sealed class GrpcException(GrpcStatusCode status, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public GrpcStatusCode Status { get; } = status;
}
