using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using StocksDapr.Protocol.Grpc;

namespace StocksDapr.Sidecar.Workflows.TaskHub;

/// <summary>One gRPC call: reads the request's message, writes the answer's, and says how it ended.</summary>
internal sealed class GrpcCall(HttpContext http, int maxMessageSize, CancellationToken cancellationToken)
{
    /// <summary>Cancelled when the caller is gone, its deadline is over, or the server stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    public string UserAgent => http.Request.Headers.UserAgent.ToString();

    /// <summary>The answer's body, for a stream of messages.</summary>
    public System.IO.Pipelines.PipeWriter Output => http.Response.BodyWriter;

    public async Task<T> ReadAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var encoding = http.Request.Headers[GrpcNames.Encoding];
        return await GrpcFrame.ReadAsync(http.Request.BodyReader, parser, maxMessageSize, StringValues.IsNullOrEmpty(encoding) ? null : encoding.ToString(), CancellationToken)
            ?? throw new GrpcException(GrpcStatusCode.Internal, "the call has no message");
    }

    /// <summary>Answers with one message.</summary>
    public async Task WriteAsync(IMessage message)
    {
        Begin();
        GrpcFrame.Write(Output, message);
        End(GrpcStatusCode.Ok, "");
        await Output.FlushAsync(CancellationToken);
    }

    /// <summary>Sends the headers of an answer that will be a stream.</summary>
    public async Task StartStreamAsync()
    {
        Begin();
        await http.Response.StartAsync(CancellationToken);
        await Output.FlushAsync(CancellationToken);
    }

    /// <summary>Says how the call ended: in the headers when nothing has been sent, otherwise behind what has.</summary>
    public void End(GrpcStatusCode status, string detail)
    {
        var headers = http.Response.HasStarted || status == GrpcStatusCode.Ok
            ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : http.Response.Headers;
        http.Response.ContentType = http.Response.HasStarted ? http.Response.ContentType : GrpcNames.ContentType;
        headers[GrpcNames.Status] = ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (detail.Length > 0) headers[GrpcNames.Message] = GrpcText.EncodeMessage(detail);
    }

    /// <summary>Cuts the call off.</summary>
    public void Abort() => http.Abort();

    private void Begin()
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = GrpcNames.ContentType;
    }
}
