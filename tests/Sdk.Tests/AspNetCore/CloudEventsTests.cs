using System.Net;
using System.Text;
using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class CloudEventsTests
{
    [Theory]
    [InlineData("""{"data":{"b" : 1}}""", """application/json|{"b" : 1}""")]
    [InlineData("""{"data":"text"}""", "application/json|\"text\"")]
    [InlineData("""{"data":"text","datacontenttype":"text/plain; charset=utf-16"}""", "text/plain|text")]
    [InlineData("""{"data":"a\u00e9","datacontenttype":"text/plain"}""", "text/plain|aé")]
    [InlineData("""{"data":5,"datacontenttype":"text/plain"}""", "text/plain|5")]
    [InlineData("""{"data":null}""", "application/json|null")]
    [InlineData("""{"Data":"<a/>","DataContentType":"application/xml"}""", "application/xml|<a/>")]
    [InlineData("""{"data":"x","datacontenttype":"application/order+json"}""", "application/order+json|\"x\"")]
    [InlineData("""{"data":"x","datacontenttype":"not a type"}""", "application/json|\"x\"")]
    [InlineData("""{"data":"x","datacontenttype":7}""", "application/json|\"x\"")]
    [InlineData("""{"data_base64":"AGE=","datacontenttype":"application/octet-stream"}""", "application/octet-stream|\0a")]
    [InlineData("""{"data_base64":"YQ=="}""", "application/json|a")]
    [InlineData("""{"id":"1"}""", "|")]
    public async Task The_handler_gets_the_payload(string envelope, string seen) =>
        (await PostAsync(envelope)).Should().Be((HttpStatusCode.OK, seen));

    [Theory]
    [InlineData("""{"data":1,"data_base64":"YQ=="}""")]
    [InlineData("""{"data":""")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"data_base64":"not base64"}""")]
    [InlineData("""{"data_base64":5}""")]
    public async Task What_is_no_envelope_is_answered_with_400(string envelope) =>
        (await PostAsync(envelope)).Status.Should().Be(HttpStatusCode.BadRequest);

    [Fact]
    public async Task An_unknown_encoding_is_answered_with_400() =>
        (await PostAsync("{}", "application/cloudevents+json; charset=klingon")).Status.Should().Be(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Another_encoding_is_decoded() =>
        (await PostAsync("""{"data":"é"}""", "application/cloudevents+json; charset=utf-16", Encoding.Unicode)).Body.Should().Be("application/json|\"é\"");

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/cloudevents-batch+json")]
    [InlineData("application/cloudevents+jsonx")]
    public async Task Other_bodies_pass_untouched(string contentType) =>
        (await PostAsync("""{"data":1}""", contentType)).Body.Should().Be($$"""{{contentType}}|{"data":1}""");

    [Fact]
    public async Task Text_stays_quoted_when_asked() =>
        (await PostAsync("""{"data":"text","datacontenttype":"text/plain"}""", options: new() { SuppressJsonDecodingOfTextPayloads = true }))
            .Body.Should().Be("text/plain|\"text\"");

    [Fact]
    public async Task Attributes_become_headers_when_asked()
    {
        const string envelope = """{"id":"7","Type":"t","data":1,"pubsubname":"p","traceparent":"x","n":5,"datacontenttype":"application/json"}""";

        (await HeadersAsync(envelope, new() { ForwardCloudEventPropertiesAsHeaders = true })).Should().Equal("Cloudevent.id=7", "Cloudevent.n=5", "Cloudevent.type=t");
        (await HeadersAsync(envelope, new() { ForwardCloudEventPropertiesAsHeaders = true, ExcludedCloudEventPropertiesFromHeaders = ["ID"] }))
            .Should().Equal("Cloudevent.n=5", "Cloudevent.type=t");
        (await HeadersAsync(envelope, new()
        {
            ForwardCloudEventPropertiesAsHeaders = true,
            IncludedCloudEventPropertiesAsHeaders = ["id"],
            ExcludedCloudEventPropertiesFromHeaders = ["id"],
        })).Should().Equal("Cloudevent.id=7");
        (await HeadersAsync(envelope, new())).Should().BeEmpty();
    }

    [Fact]
    public async Task The_request_is_as_before_even_when_the_handler_failed()
    {
        var after = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApplication.StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                finally
                {
                    after.SetResult(context.Request.ContentType);
                }
            });
            app.UseCloudEvents();
            app.Run(_ => throw new InvalidOperationException("handler"));
        });

        using var content = new StringContent("""{"data":1}""", Encoding.UTF8, "application/cloudevents+json");
        (await app.Http.PostAsync("/", content)).StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await after.Task).Should().Be("application/cloudevents+json; charset=utf-8");
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(
        string envelope, string contentType = "application/cloudevents+json; charset=utf-8", Encoding? encoding = null, CloudEventsMiddlewareOptions? options = null)
    {
        await using var app = await TestApplication.StartAsync(app =>
        {
            if (options is null) app.UseCloudEvents();
            else app.UseCloudEvents(options);
            app.Run(async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                await context.Response.WriteAsync($"{context.Request.ContentType}|{await reader.ReadToEndAsync()}");
            });
        });
        using var content = new ByteArrayContent((encoding ?? Encoding.UTF8).GetBytes(envelope));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await app.Http.PostAsync("/", content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string[]> HeadersAsync(string envelope, CloudEventsMiddlewareOptions options)
    {
        await using var app = await TestApplication.StartAsync(app =>
        {
            app.UseCloudEvents(options);
            app.Run(context => context.Response.WriteAsync(string.Join(';', context.Request.Headers
                .Where(header => header.Key.StartsWith("Cloudevent.", StringComparison.Ordinal)).Select(header => $"{header.Key}={header.Value}").Order(StringComparer.Ordinal))));
        });
        using var content = new StringContent(envelope, Encoding.UTF8, "application/cloudevents+json");
        using var response = await app.Http.PostAsync("/", content);
        return (await response.Content.ReadAsStringAsync()).Split(';', StringSplitOptions.RemoveEmptyEntries);
    }
}
