using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Invocation;

public sealed class InvocationTests : IDisposable
{
    private readonly Peers.OneMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Bodies_stream_both_ways_over_both_versions(int version, bool apart)
    {
        var (firstSeen, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (caller, callee) = await PairAsync(apart, async http =>
        {
            if (http.Request.Path != "/echo") return;
            var body = new MemoryStream();
            var buffer = new byte[16];
            int read;
            while ((read = await http.Request.Body.ReadAsync(buffer)) > 0)
            {
                firstSeen.TrySetResult();
                body.Write(buffer, 0, read);
            }

            await http.Response.Body.WriteAsync(body.ToArray());
            await http.Response.Body.FlushAsync();
            await goOn.Task;
            await http.Response.WriteAsync("third");
        });
        await using var _ = caller;
        await using var __ = callee;
        var content = new StepwiseContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1.0/invoke/callee/method/echo")
        {
            Content = content,
            Version = new Version(version, version == 1 ? 1 : 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var sending = caller.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        await content.WriteAsync("first");
        await firstSeen.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await content.WriteAsync("second");
        content.Complete();
        using var response = await sending.WaitAsync(TimeSpan.FromSeconds(10));
        await using var stream = await response.Content.ReadAsStreamAsync();
        (await ReadAsync(stream, 11)).Should().Be("firstsecond");
        goOn.SetResult();
        (await ReadAsync(stream, 5)).Should().Be("third");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_also_without_a_length(bool apart)
    {
        var (caller, callee) = await PairAsync(apart, async http => await http.Request.Body.CopyToAsync(Stream.Null));
        await using var _ = caller;
        await using var __ = callee;
        using var declared = new ByteArrayContent(new byte[5_000_000]);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1.0/invoke/callee/method/x") { Content = new ByteArrayContent(new byte[5_000_000]) };
        chunked.Headers.TransferEncodingChunked = true;

        foreach (var response in new[] { await caller.Client.PostAsync("/v1.0/invoke/callee/method/x", declared), await caller.Client.SendAsync(chunked) })
        {
            response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
            (await response.Content.ReadAsStringAsync()).Should().Contain("ERR_DIRECT_INVOKE").And.Contain("stream too large");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_of_many_megabytes_passes_whole(bool apart)
    {
        var body = new byte[20_000_000];
        new Random(1).NextBytes(body);
        var (caller, callee) = await PairAsync(apart, async http => await http.Response.Body.WriteAsync(body));
        await using var _ = caller;
        await using var __ = callee;

        (await caller.Client.GetByteArrayAsync("/v1.0/invoke/callee/method/big")).AsSpan().SequenceEqual(body).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_breaks_off_is_not_passed_on_as_a_whole_one(bool apart)
    {
        var (caller, callee) = await PairAsync(apart, async http =>
        {
            await http.Response.Body.WriteAsync(new byte[100_000]);
            await http.Response.Body.FlushAsync();
            http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
        });
        await using var _ = caller;
        await using var __ = callee;

        var read = () => caller.Client.GetByteArrayAsync("/v1.0/invoke/callee/method/broken");

        await read.Should().ThrowAsync<HttpRequestException>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_goes_away_ends_the_call_at_the_callee(bool apart)
    {
        var arrived = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        var (caller, callee) = await PairAsync(apart, async http =>
        {
            if (http.Request.Path != "/slow") return;
            http.RequestAborted.Register(() => ended.TrySetResult());
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        await using var _ = caller;
        await using var __ = callee;
        using var cancel = new CancellationTokenSource();
        var calling = caller.Client.GetAsync("/v1.0/invoke/callee/method/slow", cancel.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));

        await cancel.CancelAsync();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await ((Func<Task>)(() => calling)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_sidecar_that_joins_late_is_waited_for()
    {
        var mesh = new SidecarMesh();
        await using var caller = await RunningApp.StartAsync(_ => Task.CompletedTask, mesh: mesh, options: options => options with { AppId = "caller" });
        var calling = caller.Client.GetAsync("/v1.0/invoke/callee/method/x");
        await using var callee = await RunningApp.StartAsync(_ => Task.CompletedTask, mesh: mesh, options: options => options with { AppId = "callee" });

        (await calling).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    // Together in one process, or apart as in two.
    private async Task<(RunningApp Caller, RunningApp Callee)> PairAsync(bool apart, RequestDelegate handler)
    {
        var mesh = apart ? _machine.Mesh() : new SidecarMesh();
        var callee = await RunningApp.StartAsync(handler, mesh: mesh, options: options => options with { AppId = "callee" });
        var caller = await RunningApp.StartAsync(handler: null, mesh: apart ? _machine.Mesh() : mesh, options: options => options with { AppId = "caller" });
        return (caller, callee);
    }

    private static async Task<string> ReadAsync(Stream stream, int count)
    {
        var buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return Encoding.ASCII.GetString(buffer);
    }

    /// <summary>A body that is written step by step by the test.</summary>
    private sealed class StepwiseContent : HttpContent
    {
        private readonly System.IO.Pipelines.Pipe _pipe = new();

        public async Task WriteAsync(string text) => await _pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text));

        public void Complete() => _pipe.Writer.Complete();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var reader = _pipe.Reader.AsStream();
            var buffer = new byte[64];
            int read;
            while ((read = await reader.ReadAsync(buffer)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read));
                await stream.FlushAsync();
            }
        }
    }
}
