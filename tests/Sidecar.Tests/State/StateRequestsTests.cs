using System.Text;
using System.Text.Json;

namespace StocksDapr.Sidecar.State;

public sealed class StateRequestsTests
{
    [Fact]
    public void Fields_are_found_in_any_case_and_unknown_ones_are_passed_over()
    {
        var item = Save("""[{"KEY":"k","Value":{"b":1,"a":2},"eTag":"e","Extra":[{"key":"no"}],"OPTIONS":{"Concurrency":"first-write","consistency":"strong"},"metadata":{"ttlInSeconds":"5"}}]""")
            .Should().ContainSingle().Subject;
        item.Key.Should().Be("k");
        Encoding.UTF8.GetString(item.Value).Should().Be("""{"a":2,"b":1}""");
        item.ETag.Should().Be("e");
        item.Options.Should().Be(new StateOptions("first-write", "strong"));
        item.Ttl([]).Should().Be("5");
        item.Ttl(new Dictionary<string, string> { ["ttlInSeconds"] = "7" }).Should().Be("7");
    }

    [Fact]
    public void Null_is_like_absent()
    {
        Save("null").Should().BeEmpty();
        var items = Save("""[null,{"key":null,"value":null,"etag":null,"metadata":null,"options":null}]""");
        items.Should().HaveCount(2);
        items.Should().OnlyContain(item => item.Key == "" && item.ETag == null && Encoding.UTF8.GetString(item.Value) == "null");
    }

    [Theory]
    [InlineData("""{"key":"x"}""")]
    [InlineData("""[{"key":1}]""")]
    [InlineData("""["key"]""")]
    [InlineData("""[{"key":"k","metadata":{"ttlInSeconds":5}}]""")]
    [InlineData("""[{"key":"k","etag":1}]""")]
    [InlineData("""[{"key":"k","options":"strong"}]""")]
    [InlineData("[{")]
    [InlineData("""[{"key":"k"}""")]
    [InlineData("")]
    public void What_Go_cannot_decode_is_refused(string body)
    {
        var act = () => Save(body);
        act.Should().Throw<JsonException>();
    }

    [Fact]
    public void Only_the_first_value_counts() => Save("""[{"key":"k"}] trailing""").Should().ContainSingle();

    [Fact]
    public void The_operations_of_a_transaction_keep_their_order_and_text()
    {
        var operations = StateRequests.ReadTransaction(Encoding.UTF8.GetBytes(
            """{"metadata":{"a":"b"},"Operations":[{"request":{"key":"a", "value":1},"operation":"upsert"},{"operation":"delete"},null]}"""));
        operations.Select(operation => operation.Operation).Should().Equal("upsert", "delete", "");
        Encoding.UTF8.GetString(operations[0].Request!).Should().Be("""{"key":"a", "value":1}""");
        operations[1].Request.Should().BeNull();
    }

    [Theory]
    [InlineData("""{"keys":["a","b"],"parallelism":3,"other":{}}""", "a,b")]
    [InlineData("""{"keys":null}""", "")]
    [InlineData("""{}""", "")]
    [InlineData("""null""", "")]
    public void Keys_of_a_bulk_get(string body, string expected) =>
        string.Join(',', StateRequests.ReadBulkGet(Encoding.UTF8.GetBytes(body))).Should().Be(expected);

    [Theory]
    [InlineData("""{"keys":"a"}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("""{"keys":[],"parallelism":"many"}""")]
    [InlineData("[]")]
    public void A_bulk_get_of_another_form_is_refused(string body)
    {
        var act = () => StateRequests.ReadBulkGet(Encoding.UTF8.GetBytes(body));
        act.Should().Throw<JsonException>();
    }

    [Fact]
    public void Random_bytes_are_refused_and_never_anything_else()
    {
        var random = new Random(7);
        var seeds = new[] { """[{"key":"k","value":{"a":[1,2]},"metadata":{"x":"y"}}]""", """{"operations":[{"operation":"upsert","request":{"key":"a"}}]}""" };
        for (var i = 0; i < 20_000; i++)
        {
            var body = Encoding.UTF8.GetBytes(seeds[i % 2]);
            for (var flips = random.Next(1, 4); flips > 0; flips--) body[random.Next(body.Length)] = (byte)random.Next(256);
            body = body[..random.Next(body.Length + 1)];
            Tolerates(() => StateRequests.ReadSave(body));
            Tolerates(() => StateRequests.ReadTransaction(body));
            Tolerates(() => StateRequests.ReadBulkGet(body));
        }
    }

    private static void Tolerates(Action read)
    {
        try
        {
            read();
        }
        catch (JsonException)
        {
            // Refused, as it should be.
        }
    }

    private static List<StateItem> Save(string body) => StateRequests.ReadSave(Encoding.UTF8.GetBytes(body));
}
