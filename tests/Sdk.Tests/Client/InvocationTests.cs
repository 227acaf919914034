using System.Net;
using System.Net.Http.Json;
using Dapr.Client;

namespace StocksDapr.Sdk.Client;

public sealed class InvocationTests : SidecarTest
{
    [Fact]
    public async Task A_client_for_an_application_takes_relative_addresses()
    {
        using var client = Sidecar.Client(builder => builder.UseDaprApiToken("secret"));
        using var query = client.CreateInvokableHttpClient("query");
        Sidecar.Next(404, "\"not here\"");

        using var response = await query.GetAsync("/bars?symbols=A%20B&limit=1");

        response.StatusCode.Should().Be(HttpStatusCode.NotFound, "the callee's answer is passed through");
        Sidecar.Request.Target.Should().Be("/v1.0/invoke/query/method/bars?symbols=A%20B&limit=1");
        Sidecar.Request.Headers["dapr-api-token"].ToString().Should().Be("secret");
        Sidecar.Request.Headers.UserAgent.ToString().Should().StartWith("dapr-sdk-dotnet/");
        response.RequestMessage!.RequestUri.Should().Be(new Uri("http://query/bars?symbols=A%20B&limit=1"));
        response.RequestMessage.Headers.Contains("dapr-api-token").Should().BeFalse("the token stays between application and sidecar");
    }

    [Fact]
    public async Task An_app_id_keeps_its_case_when_the_client_was_made_for_it()
    {
        using var query = DaprClient.CreateInvokeHttpClient("QueryApp", Sidecar.Endpoint);

        await query.PostAsJsonAsync("orders", new Order(1));

        Sidecar.Request.Target.Should().Be("/v1.0/invoke/QueryApp/method/orders");
        Sidecar.Request.Body.Should().Be("""{"orderId":1,"name":null}""");
    }

    [Fact]
    public async Task Addresses_that_name_no_application_are_refused()
    {
        using var client = DaprClient.CreateInvokeHttpClient(daprEndpoint: Sidecar.Endpoint);
        await client.Invoking(http => http.GetAsync(new Uri("ftp://query/bars"))).Should().ThrowAsync<Exception>();
        FluentActions.Invoking(() => DaprClient.CreateInvokeHttpClient("not a host")).Should().Throw<ArgumentException>().WithParameterName("appId");
        FluentActions.Invoking(() => DaprClient.CreateInvokeHttpClient("app", "ftp://sidecar")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new InvocationHandler { DaprEndpoint = null! }).Should().Throw<ArgumentNullException>();
        Sidecar.Requests.Should().BeEmpty();
    }

    [Fact]
    public void Requests_are_made_for_the_sidecar()
    {
        using var client = Sidecar.Client(builder => builder.UseDaprApiToken("secret"));

        using var request = client.CreateInvokeMethodRequest("query", "/bars/A B", [new("a b", "c&d"), new("e", "")]);

        request.Method.Should().Be(HttpMethod.Post);
        request.RequestUri.Should().Be(new Uri($"{Sidecar.Endpoint}/v1.0/invoke/query/method/bars/A B?a%20b=c%26d&e="));
        request.Headers.GetValues("dapr-api-token").Should().Equal("secret");
    }

#pragma warning disable CS0618 // The older way to invoke is still a part of the SDK.
    [Fact]
    public async Task A_method_is_called_with_JSON_and_answers_with_JSON()
    {
        Sidecar.Next(200, """{"orderId":2}""");

        var answer = await Client.InvokeMethodAsync<Order, Order>(HttpMethod.Put, "shop", "orders", new Order(1));

        answer.Should().Be(new Order(2));
        Sidecar.Request.Should().BeEquivalentTo(
            new { Method = "PUT", Target = "/v1.0/invoke/shop/method/orders", ContentType = "application/json; charset=utf-8" });
    }

    [Fact]
    public async Task A_method_that_fails_is_an_InvocationException_with_its_answer()
    {
        Sidecar.Next(409, "\"taken\"");

        var failure = await Client.Invoking(client => client.InvokeMethodAsync("shop", "orders")).Should().ThrowAsync<InvocationException>();

        failure.Which.Should().BeEquivalentTo(new { AppId = "shop", MethodName = "orders" });
        failure.Which.Response!.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await failure.Which.Response.Content.ReadAsStringAsync()).Should().Be("\"taken\"");
        failure.WithInnerException<HttpRequestException>();
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_an_InvocationException()
    {
        Sidecar.Next(200, "<html>");

        await Client.Invoking(client => client.InvokeMethodAsync<Order>(HttpMethod.Get, "shop", "orders")).Should().ThrowAsync<InvocationException>();
    }

    [Fact]
    public async Task A_request_for_somebody_else_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://example.invalid/");

        await Client.Invoking(client => client.InvokeMethodWithResponseAsync(request)).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Without_answer_there_is_an_InvocationException_without_response()
    {
        await Sidecar.DisposeAsync();

        var failure = await Client.Invoking(client => client.InvokeMethodAsync("shop", "orders")).Should().ThrowAsync<InvocationException>();

        failure.Which.Response.Should().BeNull();
    }
#pragma warning restore CS0618
}
