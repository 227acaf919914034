using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using StocksDapr.Protocol.Grpc;

namespace Dapr.Workflow.Grpc;

/// <summary>A request's body: one frame.</summary>
internal sealed class GrpcContent : HttpContent
{
    private readonly IMessage _message;
    private readonly int _size;

    public GrpcContent(IMessage message, int? maxSize)
    {
        _message = message;
        _size = message.CalculateSize();
        if (_size > maxSize)
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"the message has {_size} bytes, but only {maxSize} may be sent");
        Headers.ContentType = new MediaTypeHeaderValue(GrpcNames.ContentType);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: Math.Max(GrpcFrame.HeaderSize + _size, 256)));
        GrpcFrame.Write(output, _message);
        await output.CompleteAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = GrpcFrame.HeaderSize + _size;
        return true;
    }
}
