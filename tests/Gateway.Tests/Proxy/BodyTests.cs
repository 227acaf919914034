using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Proxy;

public sealed class BodyTests : GatewayTest
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task An_import_of_any_size_is_streamed_to_Collector_as_it_comes()
    {
        const int Size = 80 * Megabyte;
        using var writer = House.Client(await House.TokenAsync("write"));
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0L;
        House.Collector.Answer = async context =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                received += read;
                first.TrySetResult();
            }

            context.Response.StatusCode = StatusCodes.Status202Accepted;
        };

        // The rest is only sent when the beginning has arrived, which it would never do if anybody on the way held the body back.
        using var body = new SlowContent(Size, first.Task);
        using var answer = await writer.PostAsync("/api/v1/imports?interval=1d", body);

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        received.Should().Be(Size);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bars_posted_directly_have_a_limit(bool saysHowMuch)
    {
        using var writer = House.Client(await House.TokenAsync("write"));
        House.Collector.Answer = context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        using var body = new SlowContent(17 * Megabyte, Task.CompletedTask, saysHowMuch);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/bars") { Content = body };
        request.Headers.ExpectContinue = true;

        (await writer.SendAsync(request).ShouldBeProblemAsync(413, "body_too_large"))["valid"]!["bytes"]!.GetValue<int>().Should().Be(16 * Megabyte);
    }

    private sealed class SlowContent(int size, Task rest, bool saysHowMuch = false) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[Megabyte];
            for (var sent = 0; sent < size; sent += chunk.Length)
            {
                await stream.WriteAsync(chunk);
                await stream.FlushAsync();
                await rest;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = size;
            return saysHowMuch;
        }
    }
}
