using System.Net.Sockets;
using System.Text;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Edge;

/// <summary>What is refused before any endpoint sees it, and what a client that does not behave is told.</summary>
public sealed class RefusedRequestTests : GatewayTest
{
    [Fact]
    public async Task A_header_of_10_MB_is_a_problem_even_to_a_client_that_sends_all_of_it_first()
    {
        var megabyte = new byte[1024 * 1024];
        Array.Fill(megabyte, (byte)'a');

        var answer = await RawConnection.AskAsync(
            House.Address, [Encoding.ASCII.GetBytes("GET /api/v1/bars HTTP/1.1\r\nHost: x\r\nX-Large: "), .. Enumerable.Repeat(megabyte, 10), "\r\n\r\n"u8.ToArray()]);

        ShouldRefuse(answer, 431, "headers_too_large")["valid"]!["headers"]!.ToString().Should().Contain("16384");
    }

    [Fact]
    public async Task Too_many_headers_are_a_problem() =>
        ShouldRefuse(
            await RawConnection.AskAsync(House.Address, $"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"))}\r\n"),
            431,
            "headers_too_large");

    [Fact]
    public async Task A_request_line_that_is_too_long_is_a_problem() =>
        ShouldRefuse(await RawConnection.AskAsync(House.Address, $"GET /api/v1/bars?symbols={new string('A', 100_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "uri_too_long");

    [Theory]
    [InlineData("hello\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n")]
    [InlineData("GET /api/v1/bars HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /api/v1/bars HTTP/1.1\r\n\r\n")]
    [InlineData("GET /api/v1/bars HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n")]
    [InlineData("GET /api/v1/\u0000bars HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /api/v1/bars HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /api/v1/bars HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    public async Task What_is_no_HTTP_is_a_problem(string text)
    {
        var (status, _, body) = RawConnection.Split(await RawConnection.AskAsync(House.Address, text));

        status.Should().BeInRange(400, 505).And.NotBe(500);
        Problems.ShouldBeProblem(body, status);
    }

    [Fact]
    public async Task A_body_that_stops_half_way_is_a_problem_and_not_a_failure()
    {
        House.Collector.Answer = context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var token = await House.TokenAsync("write");

        var answers = await Task.WhenAll(
            RawConnection.AskAsync(
                House.Address,
                $"POST /api/v1/bars HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"half\":"),
            RawConnection.AskAsync(
                House.Address, "POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"name\":"));

        ShouldRefuse(answers[0], 408, "body_incomplete");
        ShouldRefuse(answers[1], 408, "request_timeout");
    }

    [Fact]
    public async Task A_client_that_hangs_up_half_way_leaves_nothing_behind()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var broken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        House.Collector.Answer = async context =>
        {
            begun.TrySetResult();
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                broken.TrySetResult(false);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                broken.TrySetResult(true);
            }
        };
        var token = await House.TokenAsync("write");

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(House.Address.Host, House.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 1000000\r\n\r\n{new string('x', 500_000)}"));
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }

        (await broken.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue("a part must not look like a whole");
        (await House.Anonymous.GetAsync("/healthz")).StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
    }

    private static System.Text.Json.Nodes.JsonNode ShouldRefuse(string answer, int status, string? code)
    {
        var (actual, head, body) = RawConnection.Split(answer);
        actual.Should().Be(status, answer);
        head.Should().Contain("application/problem+json").And.Contain("x-request-id");
        return Problems.ShouldBeProblem(body, status, code);
    }
}
