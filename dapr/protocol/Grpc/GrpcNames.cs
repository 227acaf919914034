namespace StocksDapr.Protocol.Grpc;

/// <summary>Names of headers and content types of gRPC over HTTP/2. Source: gRPC core, <c>PROTOCOL-HTTP2.md</c>.</summary>
public static class GrpcNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";

    /// <summary>The only compression that is understood.</summary>
    public const string Gzip = "gzip";

    public const string Identity = "identity";
}
