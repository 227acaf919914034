using System.Text;
using Dapr;
using Dapr.Client;

namespace StocksDapr.Sdk.Client;

public sealed class ResourceTests : SidecarTest
{
    [Fact]
    public async Task A_binding_takes_and_gives_JSON()
    {
        Sidecar.Next(200, """{"orderId":2}""");

        var answer = await Client.InvokeBindingAsync<Order, Order>("files", "create", new Order(1), new Dictionary<string, string> { ["fileName"] = "a" });

        answer.Should().Be(new Order(2));
        Sidecar.Request.Target.Should().Be("/v1.0/bindings/files");
        Sidecar.Request.Body.Should().Be("""{"operation":"create","data":{"orderId":1,"name":null},"metadata":{"fileName":"a"}}""");
    }

    [Fact]
    public async Task A_binding_without_answer_gives_the_default()
    {
        await Client.InvokeBindingAsync("files", "create", "text");
        (await Client.InvokeBindingAsync<string, Order?>("files", "create", "text")).Should().BeNull();
    }

    [Theory]
    [InlineData("{\"a\": 1}", """{"operation":"get","data":{"a": 1},"metadata":{}}""")]
    [InlineData("plain", """{"operation":"get","data":"cGxhaW4=","metadata":{}}""")]
    [InlineData("1 2", """{"operation":"get","data":"MSAy","metadata":{}}""")]
    [InlineData("", """{"operation":"get","metadata":{}}""")]
    public async Task Bytes_for_a_binding_go_as_JSON_or_as_base64(string data, string body)
    {
        await Client.InvokeBindingAsync(new BindingRequest("files", "get") { Data = Encoding.UTF8.GetBytes(data) });

        Sidecar.Request.Body.Should().Be(body);
    }

    [Fact]
    public async Task Metadata_of_a_bindings_answer_come_from_its_headers()
    {
        Sidecar.Next(200, "raw bytes", headers: [("Metadata.statuscode", "200"), ("x-other", "1")]);

        var answer = await Client.InvokeBindingAsync(new BindingRequest("http", "get"));

        Encoding.UTF8.GetString(answer.Data.Span).Should().Be("raw bytes");
        answer.Metadata.Should().ContainSingle();
        answer.Metadata["statusCode"].Should().Be("200");
    }

    [Fact]
    public async Task Secrets_are_read_one_by_one_or_all_together()
    {
        Sidecar.Next(200, """{"db":"Host=a"}""");
        Sidecar.Next(200, """{"db":{"user":"u","password":"p"},"key":{"key":"k"}}""");
        Sidecar.Next(204);

        (await Client.GetSecretAsync("secretstore", "db", new Dictionary<string, string> { ["version"] = "2" })).Should().Equal(new Dictionary<string, string> { ["db"] = "Host=a" });
        (await Client.GetBulkSecretAsync("secretstore"))["db"]["password"].Should().Be("p");
        (await Client.GetSecretAsync("secretstore", "none")).Should().BeEmpty();
        Sidecar.Requests.Select(request => request.Target).Should().Equal(
            "/v1.0/secrets/secretstore/db?metadata.version=2", "/v1.0/secrets/secretstore/bulk", "/v1.0/secrets/secretstore/none");
    }

    [Fact]
    public async Task An_unknown_secret_store_is_a_DaprException()
    {
        Sidecar.Next(401, """{"errorCode":"ERR_SECRET_STORE_NOT_FOUND","message":"failed finding secret store with key x"}""");
        Sidecar.Next(200, "[]");

        (await Client.Invoking(client => client.GetSecretAsync("x", "db")).Should().ThrowAsync<DaprException>())
            .WithInnerException<DaprApiException>().Which.ErrorCode.Should().Be("ERR_SECRET_STORE_NOT_FOUND");
        await Client.Invoking(client => client.GetSecretAsync("x", "db")).Should().ThrowAsync<DaprException>("a list is no secret");
    }

    [Fact]
    public async Task Configuration_items_come_with_their_versions()
    {
        Sidecar.Next(200, """{"a":{"value":"1","version":"v2","metadata":{"m":"x"}},"b":{"value":"2"}}""");

        var answer = await Client.GetConfiguration("config", ["a", "b&c"]);

        answer.Items["a"].Should().BeEquivalentTo(new { Value = "1", Version = "v2" });
        answer.Items["b"].Version.Should().BeEmpty();
        Sidecar.Request.Target.Should().Be("/v1.0/configuration/config?key=a&key=b%26c");
    }

#pragma warning disable DAPR_DISTRIBUTEDLOCK
    [Fact]
    public async Task A_lock_is_given_back_to_the_sidecar_that_it_came_from()
    {
        Sidecar.Next(200, """{"success":true}""");
        Sidecar.Next(200, """{"status":0}""");

        await using (var taken = await Client.Lock("lockstore", "resource", "me", 60)) taken.Success.Should().BeTrue();

        Sidecar.Requests.Select(request => (request.Target, request.Body)).Should().Equal(
            ("/v1.0-alpha1/lock/lockstore", """{"resourceId":"resource","lockOwner":"me","expiryInSeconds":60}"""),
            ("/v1.0-alpha1/unlock/lockstore", """{"resourceId":"resource","lockOwner":"me"}"""));
    }

    [Fact]
    public async Task A_lock_of_somebody_else_is_not_given_back()
    {
        Sidecar.Next(200, """{"success":false}""");
        await using (var missed = await Client.Lock("lockstore", "resource", "me", 60)) missed.Success.Should().BeFalse();
        Sidecar.Requests.Should().ContainSingle();

        Sidecar.Next(200, """{"status":2}""");
        (await Client.Unlock("lockstore", "resource", "me")).status.Should().Be(LockStatus.LockBelongsToOthers);
        Sidecar.Next(200, """{"status":17}""");
        (await Client.Unlock("lockstore", "resource", "me")).status.Should().Be(LockStatus.InternalError);
        await Client.Invoking(client => client.Lock("lockstore", "resource", "me", 0)).Should().ThrowAsync<ArgumentException>();
    }
#pragma warning restore DAPR_DISTRIBUTEDLOCK
}
