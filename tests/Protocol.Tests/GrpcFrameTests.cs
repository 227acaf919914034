using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Protocol.Grpc;

public sealed class GrpcFrameTests
{
    private const int MaxSize = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task Messages_come_back_however_the_bytes_are_cut(int chunk)
    {
        RaiseEventRequest[] sent = [Event("a"), new(), Event(new string('x', 5000)), Event("é€😀")];
        var wire = new ArrayBufferWriter<byte>();
        foreach (var message in sent)
            GrpcFrame.Write(wire, message);

        var input = Feed(wire.WrittenMemory, chunk);
        foreach (var message in sent)
            (await ReadAsync(input)).Should().Be(message);
        (await ReadAsync(input)).Should().BeNull();
    }

    [Fact]
    public async Task Serialized_messages_are_framed_alike()
    {
        var wire = new ArrayBufferWriter<byte>();
        GrpcFrame.Write(wire, Event("a").ToByteArray());

        (await ReadAsync(Feed(wire.WrittenMemory))).Should().Be(Event("a"));
    }

    [Fact]
    public async Task A_gzipped_message_is_unpacked()
    {
        var frame = Frame(1, Gzip(Event("packed").ToByteArray()));

        (await ReadAsync(Feed(frame), GrpcNames.Gzip)).Should().Be(Event("packed"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    [InlineData("snappy")]
    public Task Compression_that_is_not_known_is_unimplemented(string? encoding) =>
        ShouldFailAsync(Frame(1, [1, 2, 3]), GrpcStatusCode.Unimplemented, "*supported*gzip*", encoding);

    [Fact]
    public Task A_message_that_only_says_that_it_is_gzipped_is_an_error() =>
        ShouldFailAsync(Frame(1, [1, 2, 3]), GrpcStatusCode.Internal, "*compressed*", GrpcNames.Gzip);

    [Fact]
    public Task A_message_over_the_limit_is_refused_before_it_is_read() =>
        ShouldFailAsync([0, 0, 0, 0x27, 0x11], GrpcStatusCode.ResourceExhausted, "grpc: received message larger than max (10001 vs. 10000)");

    [Fact]
    public Task A_length_beyond_what_is_signed_is_too_big() =>
        ShouldFailAsync([0, 0xFF, 0xFF, 0xFF, 0xFF], GrpcStatusCode.ResourceExhausted, "*4294967295*");

    [Fact]
    public Task A_small_gzip_that_unpacks_into_much_is_refused() =>
        ShouldFailAsync(Frame(1, Gzip(new byte[10_000_000])), GrpcStatusCode.ResourceExhausted, "*larger than max*", GrpcNames.Gzip);

    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 1 })]
    public Task A_stream_that_ends_within_a_message_is_an_error(byte[] bytes) => ShouldFailAsync(bytes, GrpcStatusCode.Internal, "*middle of a message*");

    [Fact]
    public Task A_flag_that_does_not_exist_is_an_error() => ShouldFailAsync([7, 0, 0, 0, 0], GrpcStatusCode.Internal, "*flag 7*");

    [Fact]
    public Task Bytes_that_are_no_message_are_an_error() => ShouldFailAsync(Frame(0, [0xFF, 0xFF]), GrpcStatusCode.Internal, "*RaiseEventRequest cannot be read*");

    [Fact]
    public async Task Waiting_for_a_message_can_be_given_up()
    {
        var pipe = new Pipe();
        using var giveUp = new CancellationTokenSource();
        var reading = GrpcFrame.ReadAsync(pipe.Reader, RaiseEventRequest.Parser, MaxSize, encoding: null, giveUp.Token).AsTask();

        await giveUp.CancelAsync();

        await reading.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private static RaiseEventRequest Event(string name) => new() { InstanceId = "one", Name = name, Input = "" };

    private static byte[] Frame(byte flag, byte[] payload) => [flag, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest))
            packing.Write(plain);
        return packed.ToArray();
    }

    private static PipeReader Feed(ReadOnlyMemory<byte> bytes, int chunk = int.MaxValue) => PipeReader.Create(new SlowStream(bytes.ToArray(), chunk));

    private static ValueTask<RaiseEventRequest?> ReadAsync(PipeReader input, string? encoding = null) =>
        GrpcFrame.ReadAsync(input, RaiseEventRequest.Parser, MaxSize, encoding, CancellationToken.None);

    private static async Task ShouldFailAsync(byte[] bytes, GrpcStatusCode status, string detail, string? encoding = null)
    {
        var failure = (await FluentActions.Awaiting(() => ReadAsync(Feed(bytes), encoding).AsTask()).Should().ThrowAsync<GrpcException>().WithMessage(detail)).Which;
        failure.Status.Should().Be(status);
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class SlowStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
