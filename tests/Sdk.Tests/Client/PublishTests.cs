using System.Diagnostics;
using System.Text;
using Dapr;

namespace StocksDapr.Sdk.Client;

public sealed class PublishTests : SidecarTest
{
    [Fact]
    public async Task Data_is_published_as_camel_case_JSON()
    {
        await Client.PublishEventAsync("pubsub", "orders", new Order(1));

        Sidecar.Request.Should().BeEquivalentTo(
            new { Method = "POST", Target = "/v1.0/publish/pubsub/orders", ContentType = "application/json", Body = """{"orderId":1,"name":null}""" });
        Sidecar.Request.Headers.UserAgent.ToString().Should().StartWith("dapr-sdk-dotnet/v");
        Sidecar.Request.Headers.Should().NotContainKey("dapr-api-token");
        Sidecar.Request.Headers.ContentLength.Should().Be(25);
    }

    [Fact]
    public async Task Text_is_published_as_a_JSON_string()
    {
        await Client.PublishEventAsync("pubsub", "orders", "hello");

        Sidecar.Request.Body.Should().Be("\"hello\"");
    }

    [Fact]
    public async Task A_cloud_event_is_published_as_the_envelope_that_it_is()
    {
        await Client.PublishEventAsync("pubsub", "orders", new CloudEvent<Order>(new Order(1)) { Type = "order.made", Source = new Uri("urn:shop") });

        Sidecar.Request.ContentType.Should().Be("application/cloudevents+json");
        Sidecar.Request.Json["type"]!.GetValue<string>().Should().Be("order.made");
        Sidecar.Request.Json["source"]!.GetValue<string>().Should().Be("urn:shop");
        Sidecar.Request.Json["datacontenttype"]!.GetValue<string>().Should().Be("application/json");
        Sidecar.Request.Json["data"]!["orderId"]!.GetValue<int>().Should().Be(1);
    }

    [Fact]
    public async Task An_event_without_data_has_neither_body_nor_content_type()
    {
        await Client.PublishEventAsync("pubsub", "orders");

        Sidecar.Request.Body.Should().BeEmpty();
        Sidecar.Request.ContentType.Should().BeNull();
    }

    [Fact]
    public async Task Metadata_and_names_are_percent_encoded()
    {
        await Client.PublishEventAsync("pub sub", "a/b+c", new Order(1), new Dictionary<string, string> { ["partitionKey"] = "BRK&B=1 é" });

        Sidecar.Request.Target.Should().Be("/v1.0/publish/pub%20sub/a%2Fb%2Bc?metadata.partitionKey=BRK%26B%3D1%20%C3%A9");
    }

    [Fact]
    public async Task Bytes_are_published_untouched()
    {
        await Client.PublishByteEventAsync("pubsub", "orders", Encoding.UTF8.GetBytes("<a/>"), "application/xml");
        await Client.PublishByteEventAsync("pubsub", "orders", Encoding.UTF8.GetBytes("{ }"));

        Sidecar.Requests.Select(request => (request.ContentType, request.Body)).Should().Equal(("application/xml", "<a/>"), ("application/json", "{ }"));
    }

    [Fact]
    public async Task The_token_is_sent_when_there_is_one()
    {
        using var client = Sidecar.Client(builder => builder.UseDaprApiToken("secret"));

        await client.PublishEventAsync("pubsub", "orders", new Order(1));

        Sidecar.Request.Headers["dapr-api-token"].ToString().Should().Be("secret");
    }

    [Fact]
    public async Task The_trace_goes_with_the_event()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        await Client.PublishEventAsync("pubsub", "orders", new Order(1));

        Sidecar.Request.Headers.TraceParent.ToString().Should().Contain(activity.TraceId.ToHexString());
    }

    [Fact]
    public async Task An_error_of_the_sidecar_keeps_its_code_and_words()
    {
        Sidecar.Next(404, """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nowhere is not found","details":[{"@type":"x"}]}""");

        var failure = await Client.Invoking(client => client.PublishEventAsync("nowhere", "orders", new Order(1))).Should().ThrowExactlyAsync<DaprException>();

        failure.WithMessage("Publish operation failed*");
        var cause = failure.Which.InnerException.Should().BeOfType<DaprApiException>().Subject;
        cause.ErrorCode.Should().Be("ERR_PUBSUB_NOT_FOUND");
        cause.IsTransient.Should().BeFalse();
        cause.Message.Should().Contain("404").And.Contain("pubsub nowhere is not found");
    }

    [Theory]
    [InlineData(401, "text/plain", "invalid api token\n", "UNKNOWN", false, "*401*invalid api token")]
    [InlineData(500, "application/json", """{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE","message":"full"}""", "ERR_PUBSUB_PUBLISH_MESSAGE", true, "*500*full")]
    [InlineData(502, "text/html", "", "UNKNOWN", true, "*502*no further explanation")]
    [InlineData(500, "application/json", "{\"errorCode\":", "UNKNOWN", true, "*500*")]
    [InlineData(500, "application/json", "[1]", "UNKNOWN", true, "*answered 500: [1]")]
    [InlineData(500, "application/json", "null", "UNKNOWN", true, "*500*null")]
    public async Task Whatever_the_sidecar_answers_the_failure_is_a_DaprException(
        int status, string contentType, string body, string code, bool transient, string message)
    {
        Sidecar.Next(status, body, contentType);

        var failure = await Client.Invoking(client => client.PublishEventAsync("pubsub", "orders", new Order(1))).Should().ThrowAsync<DaprException>();

        var cause = failure.Which.InnerException.Should().BeOfType<DaprApiException>().Subject;
        cause.ErrorCode.Should().Be(code);
        cause.IsTransient.Should().Be(transient);
        cause.Message.Should().Match(message);
    }

    [Fact]
    public async Task A_sidecar_that_is_not_there_is_a_DaprException()
    {
        await Sidecar.DisposeAsync();

        var failure = await Client.Invoking(client => client.PublishEventAsync("pubsub", "orders", new Order(1))).Should().ThrowAsync<DaprException>();

        failure.WithInnerException<HttpRequestException>();
    }

    [Fact]
    public async Task A_sidecar_that_breaks_off_is_a_DaprException()
    {
        Sidecar.Next(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        await Client.Invoking(client => client.PublishEventAsync("pubsub", "orders", new Order(1))).Should().ThrowAsync<DaprException>();
    }

    [Fact]
    public async Task Cancelling_ends_a_call_that_waits()
    {
        using var cancellation = new CancellationTokenSource();
        Sidecar.Next(async context =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        await Client.Invoking(client => client.PublishEventAsync("pubsub", "orders", new Order(1), cancellation.Token))
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_builders_timeout_does_not_end_a_publish_that_waits_for_its_broker()
    {
        using var client = Sidecar.Client(builder => builder.UseTimeout(TimeSpan.FromMilliseconds(50)));
        Sidecar.Next(async context =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), context.RequestAborted);
            context.Response.StatusCode = 204;
        });

        await client.PublishEventAsync("pubsub", "orders", new Order(1));
    }

    [Fact]
    public async Task Missing_arguments_are_named_before_anything_is_sent()
    {
        (await Client.Invoking(client => client.PublishEventAsync<Order>("pubsub", "orders", null!)).Should().ThrowAsync<ArgumentNullException>())
            .WithParameterName("data");
        (await Client.Invoking(client => client.PublishEventAsync("", "orders", new Order(1))).Should().ThrowAsync<ArgumentException>())
            .WithParameterName("pubsubName");
        (await Client.Invoking(client => client.PublishEventAsync("pubsub", null!, new Order(1))).Should().ThrowAsync<ArgumentException>())
            .WithParameterName("topicName");
        (await Client.Invoking(client => client.PublishEventAsync("pubsub", "..", new Order(1))).Should().ThrowAsync<ArgumentException>())
            .WithParameterName("topicName");
        Sidecar.Requests.Should().BeEmpty();
    }
}
