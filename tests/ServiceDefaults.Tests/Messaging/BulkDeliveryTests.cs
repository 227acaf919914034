using System.Buffers;
using System.Text;
using System.Text.Json;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.ServiceDefaults.Messaging;

namespace StocksDapr.ServiceDefaults.Tests.Messaging;

public sealed class BulkDeliveryTests
{
    private const string Good =
        """{"schema":1,"symbol":"A","interval":"1d","provenance":{"provider":"p","requestId":"r","fetchedAt":"2026-01-01T00:00:00Z"},"bars":[["2013-02-08",1,1,1,1,1]]}""";

    [Fact]
    public void Each_entry_is_read_on_its_own_so_that_a_bad_one_does_not_take_the_others_along()
    {
        var body = $$$$"""
            {"id":"x","entries":[
              {"entryId":"1","event":{"id":"e1","data":{{{{Good}}}},"type":"t"},"contentType":"application/cloudevents+json","metadata":{}},
              {"entryId":"2","event":{"data":{"schema":9}}},
              {"event":{"specversion":"1.0","data":"text"},"entryId":"3"},
              {"entryId":"4","event":"AAAA"},
              {"entryId":"5","event":{"data":null}},
              {"entryId":"6","event":{"data":{{{{Good}}}}}}],
             "topic":"raw-bars"}
            """;

        var deliveries = Read(body);

        deliveries.Select(delivery => delivery.EntryId).Should().Equal("1", "2", "3", "4", "5", "6");
        deliveries.Where(delivery => delivery.Message is not null).Select(delivery => delivery.EntryId).Should().Equal("1", "6");
        deliveries.Where(delivery => delivery.Message is null).Should().OnlyContain(delivery => delivery.Unreadable!.Length > 0);
    }

    [Fact]
    public void A_body_in_pieces_reads_like_one_in_a_whole()
    {
        var bytes = Encoding.UTF8.GetBytes($$$$"""{"entries":[{"entryId":"1","event":{"data":{{{{Good}}}}}}]}""");

        var deliveries = BulkDelivery.Read<RawBars>(InPieces(bytes, 7), ContractsJson.Options);

        deliveries.Should().ContainSingle().Which.Message!.Symbol.Should().Be("A");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"entries":{}}""")]
    [InlineData("""{"entries":[{"event":{}}]}""")]
    [InlineData("""{"entries":[{"entryId":"1","event":{"data":""")]
    public void What_is_no_bulk_delivery_is_a_json_error(string body)
    {
        var read = () => Read(body);

        read.Should().Throw<JsonException>();
    }

    private static List<Delivery<RawBars>> Read(string body) =>
        BulkDelivery.Read<RawBars>(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(body)), ContractsJson.Options);

    private static ReadOnlySequence<byte> InPieces(byte[] bytes, int size)
    {
        Piece? first = null, last = null;
        foreach (var chunk in bytes.Chunk(size))
        {
            last = new Piece(chunk, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, Piece? previous)
        {
            Memory = bytes;
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            if (previous is not null)
                previous.Next = this;
        }
    }
}
