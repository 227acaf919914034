using Google.Protobuf.WellKnownTypes;

namespace StocksDapr.Sidecar.Workflows.TaskHub;

/// <summary>gRPC's standard health check, for tools: whoever gets an answer hears SERVING. Source: grpc, <c>doc/health-checking.md</c>.</summary>
internal static class HealthService
{
    private const string Path = "/grpc.health.v1.Health/Check";

    public static Func<GrpcCall, Task>? Find(string path) => path == Path ? CheckAsync : null;

    private static async Task CheckAsync(GrpcCall call)
    {
        await call.ReadAsync(Empty.Parser);

        // HealthCheckResponse { status = 1 }: the same bytes as an Int32Value.
        await call.WriteAsync(new Int32Value { Value = 1 });
    }
}
