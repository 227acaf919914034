using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StocksDapr.Sidecar.Hosting;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task Both_versions_of_HTTP_are_served_on_the_same_port(int major, int minor)
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1.0/metadata") { Version = new Version(major, minor), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await app.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Version.Should().Be(new Version(major, minor));
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"id\":\"tester\"");
    }

    [Fact]
    public async Task Many_requests_at_once_over_one_HTTP2_connection_are_answered()
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var client = new HttpClient { BaseAddress = app.Client.BaseAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await client.GetAsync("/v1.0/healthz")).StatusCode));

        statuses.Should().OnlyContain(status => status == HttpStatusCode.NoContent);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Both_loopback_addresses_are_listened_on(string address)
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var client = new TcpClient(IPAddress.Parse(address).AddressFamily);

        await client.ConnectAsync(IPAddress.Parse(address), app.Sidecar.HttpPort);

        client.Connected.Should().BeTrue();
    }

    [Fact]
    public async Task A_preface_that_comes_byte_by_byte_is_recognised()
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, app.Sidecar.HttpPort);
        var stream = client.GetStream();
        foreach (var value in "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray()) await stream.WriteAsync(new[] { value });
        await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });

        var header = new byte[9];
        await stream.ReadExactlyAsync(header);

        header[3].Should().Be(4, "the server answers an HTTP/2 preface with its SETTINGS frame");
    }

    [Theory]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n")]
    [InlineData("GET /v1.0/healthz HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET /v1.0/healthz HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("POST /v1.0/publish/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("POST /v1.0/publish/a/b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("GET /v1.0/invoke/a/method/%zz HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Garbage_is_refused_and_harms_nobody_else(string garbage)
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Sidecar.HttpPort);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(garbage));
        client.Client.Shutdown(SocketShutdown.Send);

        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(15));

        (answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal)).Should().BeFalse(answer);
        (await app.Client.GetAsync("/v1.0/healthz")).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_header_over_the_limit_is_refused()
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1.0/healthz");
        request.Headers.Add("x-big", new string('h', 10_000));

        using var response = await app.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        await using var app = await RunningApp.StartAsync(handler: null);
        var second = () => RunningApp.StartAsync(handler: null, options: options => options with { HttpPort = app.Sidecar.HttpPort });

        (await second.Should().ThrowAsync<SidecarStartException>()).WithMessage($"*port {app.Sidecar.HttpPort} is in use*");
    }
}
