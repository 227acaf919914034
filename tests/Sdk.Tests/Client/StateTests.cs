using System.Text;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Sdk.Client;

public sealed class StateTests : SidecarTest
{
    private const string Store = "statestore";

    [Fact]
    public async Task What_was_saved_is_read_back_with_its_etag()
    {
        await Client.SaveStateAsync(Store, "order/1 ü", new Order(1, "a"));

        var (value, etag) = await Client.GetStateAndETagAsync<Order>(Store, "order/1 ü");

        value.Should().Be(new Order(1, "a"));
        etag.Should().Be("1", "daprd sends etags without quotes");
        Sidecar.Requests[1].Target.Should().Be("/v1.0/state/statestore/order%2F1%20%C3%BC");
    }

    [Fact]
    public async Task A_key_without_value_gives_the_default_and_an_empty_etag()
    {
        (await Client.GetStateAndETagAsync<Order?>(Store, "none")).Should().Be((null, string.Empty));
        (await Client.GetStateAsync<int>(Store, "none")).Should().Be(0);
    }

    [Fact]
    public async Task Null_is_read_back_as_the_default_of_any_type()
    {
        await Client.SaveStateAsync<Order?>(Store, "null", null);

        (await Client.GetStateAsync<Order?>(Store, "null")).Should().BeNull();
        (await Client.GetStateAsync<int>(Store, "null")).Should().Be(0);
        (await Client.GetStateAsync<JsonElement>(Store, "null")).ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Options_and_metadata_of_a_save_go_with_the_item()
    {
        await Client.TrySaveStateAsync(
            Store, "k", 1, "", new StateOptions { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong },
            new Dictionary<string, string> { ["ttlInSeconds"] = "60" });

        Sidecar.Request.Body.Should().Be(
            """[{"key":"k","value":1,"etag":"","metadata":{"ttlInSeconds":"60"},"options":{"concurrency":"first-write","consistency":"strong"}}]""");
    }

    [Fact]
    public async Task Options_and_metadata_of_reads_and_deletions_go_with_the_address()
    {
        var metadata = new Dictionary<string, string> { ["partitionKey"] = "a&b" };

        await Client.GetStateAsync<int>(Store, "k", ConsistencyMode.Eventual, metadata);
        await Client.DeleteStateAsync(
            Store, "k", new StateOptions { Concurrency = ConcurrencyMode.LastWrite, Consistency = ConsistencyMode.Eventual }, metadata);

        Sidecar.Requests.Select(request => request.Target).Should().Equal(
            "/v1.0/state/statestore/k?consistency=eventual&metadata.partitionKey=a%26b",
            "/v1.0/state/statestore/k?concurrency=last-write&consistency=eventual&metadata.partitionKey=a%26b");
        Sidecar.Requests[1].Headers.Should().NotContainKey("If-Match");
    }

    [Fact]
    public async Task Only_the_holder_of_the_current_etag_writes()
    {
        await Client.SaveStateAsync(Store, "k", 1);
        var first = await Client.GetStateEntryAsync<int>(Store, "k");
        var second = await Client.GetStateEntryAsync<int>(Store, "k");
        (first.Value, second.Value) = (2, 3);

        (await first.TrySaveAsync()).Should().BeTrue();
        (await second.TrySaveAsync()).Should().BeFalse();
        (await second.TryDeleteAsync()).Should().BeFalse();
        (await Client.GetStateAsync<int>(Store, "k")).Should().Be(2);

        await second.SaveAsync();
        (await Client.GetStateAsync<int>(Store, "k")).Should().Be(3, "a plain save does not look at the etag");
        (await (await Client.GetStateEntryAsync<int>(Store, "k")).TryDeleteAsync()).Should().BeTrue();
        (await Client.GetStateAsync<int>(Store, "k")).Should().Be(0);
    }

    [Fact]
    public async Task First_write_creates_once()
    {
        var first = new StateOptions { Concurrency = ConcurrencyMode.FirstWrite };

        (await Client.TrySaveStateAsync(Store, "k", 1, string.Empty, first)).Should().BeTrue();
        (await Client.TrySaveStateAsync(Store, "k", 2, string.Empty, first)).Should().BeFalse();
        (await Client.GetStateAsync<int>(Store, "k")).Should().Be(1);
    }

    [Fact]
    public async Task Only_a_conflict_of_a_conditional_write_is_an_answer()
    {
        const string conflict = """{"errorCode":"ERR_STATE_SAVE","message":"possible etag mismatch"}""";
        Sidecar.Next(409, conflict);
        await Client.Invoking(client => client.SaveStateAsync(Store, "k", 1)).Should().ThrowAsync<DaprException>("no etag was given");
        Sidecar.Next(400, """{"errorCode":"ERR_STATE_SAVE","message":"invalid etag value"}""");
        await Client.Invoking(client => client.TrySaveStateAsync(Store, "k", 1, "x")).Should().ThrowAsync<DaprException>();
        Sidecar.Next(409, conflict);
        await Client.Invoking(client => client.SaveBulkStateAsync(Store, [new SaveStateItem<int>("k", 1, "7")])).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task An_etag_that_is_no_header_does_not_lose_its_condition()
    {
        await Client.Invoking(client => client.TryDeleteStateAsync(Store, "k", "1\r\nx: y")).Should().ThrowAsync<ArgumentException>();
        Sidecar.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_value_of_another_shape_is_a_DaprException()
    {
        await Client.SaveStateAsync(Store, "small", "text");
        await Client.SaveStateAsync(Store, "large", new string('x', 100_000));

        foreach (var key in new[] { "small", "large" })
        {
            var failure = await Client.Invoking(client => client.GetStateAsync<Order>(Store, key)).Should().ThrowAsync<DaprException>();
            failure.WithInnerException<JsonException>();
        }
    }

    [Fact]
    public async Task A_large_value_is_read_as_it_streams_in()
    {
        var orders = Enumerable.Range(0, 5_000).Select(i => new Order(i, "name")).ToList();
        await Client.SaveStateAsync(Store, "k", orders);

        (await Client.GetStateAsync<List<Order>>(Store, "k")).Should().Equal(orders);
    }

    [Fact]
    public async Task A_value_that_breaks_off_is_a_DaprException()
    {
        Sidecar.Next(async context =>
        {
            context.Response.ContentLength = 100_000;
            await context.Response.WriteAsync("\"half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        await Client.Invoking(client => client.GetStateAsync<string>(Store, "k")).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task Bytes_are_read_back_as_they_were_saved()
    {
        byte[] bytes = [0, 1, 2, 255];
        await Client.SaveByteStateAsync(Store, "bytes", bytes);
        await Client.SaveByteStateAsync(Store, "json", "{\"b\": 1}"u8.ToArray());
        await Client.SaveStateAsync(Store, "order", new Order(1));

        var (read, etag) = await Client.GetByteStateAndETagAsync(Store, "bytes");
        read.ToArray().Should().Equal(bytes);
        etag.Should().Be("1");
        Encoding.UTF8.GetString((await Client.GetByteStateAsync(Store, "json")).Span).Should().Be("{\"b\": 1}");
        Encoding.UTF8.GetString((await Client.GetByteStateAsync(Store, "order")).Span).Should().Be("""{"orderId":1,"name":null}""");
        (await Client.GetByteStateAsync(Store, "none")).IsEmpty.Should().BeTrue();
        (await Client.TrySaveByteStateAsync(Store, "bytes", bytes, "99")).Should().BeFalse();
        (await Client.TrySaveByteStateAsync(Store, "bytes", bytes, etag)).Should().BeTrue();
    }

    [Fact]
    public async Task Many_values_are_read_in_one_call()
    {
        await Client.SaveBulkStateAsync(Store, [new SaveStateItem<Order>("a", new Order(1), null), new SaveStateItem<Order>("b", new Order(2, "x, \"y\""), null)]);

        var typed = await Client.GetBulkStateAsync<Order?>(Store, ["a", "none", "b"], parallelism: 5);
        var text = await Client.GetBulkStateAsync(Store, ["b", "none"], parallelism: null);

        typed.Select(item => (item.Key, item.Value, item.ETag)).Should().Equal(
            ("a", new Order(1), "1"), ("none", null, string.Empty), ("b", new Order(2, "x, \"y\""), "2"));
        JsonSerializer.Deserialize<Order>(text[0].Value, JsonSerializerOptions.Web).Should().Be(new Order(2, "x, \"y\""));
        text[1].Should().Be(new BulkStateItem("none", string.Empty, string.Empty));
        Sidecar.Requests[1].Body.Should().Be("""{"keys":["a","none","b"],"parallelism":5}""");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{\"key\":\"a\",\"data\":")]
    [InlineData("[{\"key\":\"a\",\"data\":\"no order\"}]")]
    [InlineData("[{\"key\":1}]")]
    [InlineData("[1]")]
    [InlineData("[{\"key\":\"a\"}")]
    public async Task A_bulk_answer_that_is_none_is_a_DaprException(string body)
    {
        Sidecar.Next(200, body);

        await Client.Invoking(client => client.GetBulkStateAsync<Order>(Store, ["a"], null)).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task Many_keys_are_deleted_one_after_the_other()
    {
        await Client.SaveBulkStateAsync(Store, [new SaveStateItem<int>("a", 1, null), new SaveStateItem<int>("b", 2, null)]);

        await Client.DeleteBulkStateAsync(Store, [new BulkDeleteStateItem("a", "1"), new BulkDeleteStateItem("b", null)]);

        (await Client.GetBulkStateAsync<int>(Store, ["a", "b"], null)).Should().OnlyContain(item => item.ETag.Length == 0);
        await Client.Invoking(client => client.DeleteBulkStateAsync(Store, [new BulkDeleteStateItem("c", "9")])).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task A_transaction_carries_JSON_values_and_conditions()
    {
        await Client.ExecuteStateTransactionAsync(
            Store,
            [
                new StateTransactionRequest("a", "{\"x\": 1}"u8.ToArray(), StateOperationType.Upsert, etag: null, options: new StateOptions { Concurrency = ConcurrencyMode.FirstWrite }),
                new StateTransactionRequest("b", null, StateOperationType.Delete, metadata: new Dictionary<string, string> { ["m"] = "1" }),
            ],
            new Dictionary<string, string> { ["all"] = "2" });

        Sidecar.Request.Target.Should().Be("/v1.0/state/statestore/transaction");
        Sidecar.Request.Json.ToJsonString().Should().Be(
            """{"operations":[{"operation":"upsert","request":{"key":"a","value":{"x":1},"options":{"concurrency":"first-write"}}},"""
            + """{"operation":"delete","request":{"key":"b","metadata":{"m":"1"}}}],"metadata":{"all":"2"}}""");
        (await Client.GetStateAsync<JsonElement>(Store, "a")).GetProperty("x").GetInt32().Should().Be(1);
        await Client.Invoking(client => client.ExecuteStateTransactionAsync(
            Store, [new StateTransactionRequest("a", "1"u8.ToArray(), StateOperationType.Upsert, "99")])).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task Calls_without_content_are_refused_before_they_are_sent()
    {
        await Client.Invoking(client => client.ExecuteStateTransactionAsync(
            Store, [new StateTransactionRequest("a", [1, 2], StateOperationType.Upsert)])).Should().ThrowAsync<ArgumentException>("bytes 1, 2 are no JSON");
        await Client.Invoking(client => client.ExecuteStateTransactionAsync(Store, [])).Should().ThrowAsync<ArgumentException>();
        await Client.Invoking(client => client.SaveBulkStateAsync<int>(Store, [])).Should().ThrowAsync<ArgumentException>();
        await Client.Invoking(client => client.GetBulkStateAsync(Store, [], null)).Should().ThrowAsync<ArgumentException>();
        await Client.Invoking(client => client.TrySaveStateAsync(Store, "k", 1, null!)).Should().ThrowAsync<ArgumentNullException>();
        await Client.Invoking(client => client.SaveStateAsync(Store, "", 1)).Should().ThrowAsync<ArgumentException>();
        await Client.Invoking(client => client.SaveStateAsync("", "k", 1)).Should().ThrowAsync<ArgumentException>();
        Sidecar.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_query_gives_a_page()
    {
        Sidecar.Next(200, """{"results":[{"key":"a","data":{"orderId":1},"etag":"5"}],"token":"next","metadata":{"m":"1"},"further":[{}]}""");

        var page = await Client.QueryStateAsync<Order>(Store, """{"filter":{}}""", new Dictionary<string, string> { ["contentType"] = "application/json" });

        page.Results.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Key = "a", Data = new Order(1), ETag = "5", Error = "" });
        page.Token.Should().Be("next");
        page.Metadata.Should().Contain("m", "1");
        Sidecar.Request.Target.Should().Be("/v1.0-alpha1/state/statestore/query?metadata.contentType=application%2Fjson");
        Sidecar.Request.Body.Should().Be("""{"filter":{}}""");
    }

    [Fact]
    public async Task A_query_without_result_is_an_empty_page()
    {
        Sidecar.Next(204);

        (await Client.QueryStateAsync<Order>(Store, "{}")).Results.Should().BeEmpty();
    }

    [Fact]
    public async Task A_query_whose_results_failed_in_part_gives_the_others_with_the_exception()
    {
        Sidecar.Next(200, """{"results":[{"key":"a","data":{"orderId":1}},{"key":"b","error":"broken"}]}""");

        var failure = await Client.Invoking(client => client.QueryStateAsync<Order>(Store, "{}")).Should().ThrowAsync<StateQueryException<Order>>();

        failure.Which.FailedKeys.Should().Equal("b");
        failure.Which.Response.Results.Should().ContainSingle(item => item.Key == "a");
    }
}
