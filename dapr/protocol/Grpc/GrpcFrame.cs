using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;

namespace StocksDapr.Protocol.Grpc;

/// <summary>
/// A message on the wire: a flag (1 = compressed), its length as four bytes, big endian, and the message. Source: gRPC core, <c>PROTOCOL-HTTP2.md</c>,
/// "Length-Prefixed-Message".
/// </summary>
public static class GrpcFrame
{
    /// <summary>Flag and length.</summary>
    public const int HeaderSize = 5;

    /// <summary>Writes a message, not compressed. The caller flushes.</summary>
    public static void Write(IBufferWriter<byte> output, IMessage message)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(message);
        WriteHeader(output, message.CalculateSize());
        message.WriteTo(output);
    }

    /// <summary>Writes a message that is serialized already. The caller flushes.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteHeader(output, message.Length);
        output.Write(message);
    }

    /// <summary>Writes what comes before a message of <paramref name="length"/> bytes.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, int length)
    {
        ArgumentNullException.ThrowIfNull(output);
        var header = output.GetSpan(HeaderSize);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        output.Advance(HeaderSize);
    }

    /// <summary>Reads the next message.</summary>
    /// <param name="input">Where the frames come from.</param>
    /// <param name="parser">Of the message's type.</param>
    /// <param name="maxSize">Bytes that a message may have, compressed or not.</param>
    /// <param name="encoding">What <c>grpc-encoding</c> says; null for none.</param>
    /// <returns>Null when the stream has ended between two messages.</returns>
    /// <exception cref="GrpcException">
    /// The message is too big (<see cref="GrpcStatusCode.ResourceExhausted"/>), cut off or no message (<see cref="GrpcStatusCode.Internal"/>), or compressed in a way that
    /// is not understood (<see cref="GrpcStatusCode.Unimplemented"/>).
    /// </exception>
    public static async ValueTask<T?> ReadAsync<T>(PipeReader input, MessageParser<T> parser, int maxSize, string? encoding, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(parser);
        while (true)
        {
            var read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCanceled)
                throw new OperationCanceledException(cancellationToken);

            var buffer = read.Buffer;
            if (TryTake(buffer, maxSize, out var compressed, out var payload))
            {
                var message = Parse(parser, compressed ? Inflate(payload, maxSize, encoding) : payload);
                input.AdvanceTo(payload.End);
                return message;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted)
                continue;
            if (buffer.IsEmpty)
                return null;
            throw new GrpcException(GrpcStatusCode.Internal, "the stream ended in the middle of a message");
        }
    }

    private static bool TryTake(ReadOnlySequence<byte> buffer, int maxSize, out bool compressed, out ReadOnlySequence<byte> payload)
    {
        compressed = false;
        payload = default;
        if (buffer.Length < HeaderSize)
            return false;

        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        compressed = header[0] switch
        {
            0 => false,
            1 => true,
            _ => throw new GrpcException(GrpcStatusCode.Internal, $"a message begins with the flag {header[0]}, which is neither 0 nor 1"),
        };
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > maxSize)
            throw TooBig(length, maxSize);
        if (buffer.Length < HeaderSize + length)
            return false;

        payload = buffer.Slice(HeaderSize, length);
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> payload)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException invalid)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"a message of type {typeof(T).Name} cannot be read: {invalid.Message}", invalid);
        }
    }

    private static ReadOnlySequence<byte> Inflate(ReadOnlySequence<byte> payload, int maxSize, string? encoding)
    {
        if (encoding != GrpcNames.Gzip)
            throw new GrpcException(GrpcStatusCode.Unimplemented, $"{GrpcNames.Encoding} '{encoding ?? GrpcNames.Identity}' of a compressed message is not supported; use {GrpcNames.Gzip}");

        try
        {
            using var packed = new MemoryStream(payload.ToArray());
            using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
            var output = new ArrayBufferWriter<byte>();
            int count;
            while ((count = unpacking.Read(output.GetSpan(4096))) > 0)
            {
                output.Advance(count);
                if (output.WrittenCount > maxSize)
                    throw TooBig(output.WrittenCount, maxSize);
            }

            return new ReadOnlySequence<byte>(output.WrittenMemory);
        }
        catch (InvalidDataException invalid)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "a message says that it is compressed, but is not", invalid);
        }
    }

    private static GrpcException TooBig(long length, int maxSize) =>
        new(GrpcStatusCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {maxSize})");
}
