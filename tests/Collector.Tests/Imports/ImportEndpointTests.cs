using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Tests.Csv;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Imports;

public sealed class ImportEndpointTests : IAsyncLifetime
{
    private ImportServer _server = null!;

    public async Task InitializeAsync() => _server = await ImportServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_file_is_accepted_with_a_receipt_that_can_be_asked_for_at_once()
    {
        using var content = new ByteArrayContent(ReadFile.Gzip(Encoding.UTF8.GetBytes(SampleFile.Make(3, 100))));
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _server.Client.PostAsync("/imports?source=my-vendor&interval=daily", content);

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        var id = receipt.GetProperty("id").GetString()!;
        response.Headers.Location!.ToString().Should().Be($"/api/v1/imports/{id}");
        receipt.GetProperty("source").GetString().Should().Be("my-vendor");
        receipt.GetProperty("interval").GetString().Should().Be("1d");
        _server.Ledger.Of(id).Accepted.Should().NotBeNull();
        await Eventually.BeTrueAsync(() => _server.Ledger.StateOf(id) == "completed");
        _server.Ledger.Of(id).Bars.Should().HaveCount(300);
    }

    [Theory]
    [InlineData("X-File-Name", "ABC-daily.csv")]
    [InlineData("X-File-Name", "C%3A%5Cdata%5CABC.csv")]
    [InlineData("Content-Disposition", "attachment; filename=\"ABC.csv\"")]
    [InlineData("Content-Disposition", "attachment; filename*=UTF-8''ABC.csv")]
    public async Task The_name_of_the_file_may_name_the_symbol(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/imports") { Content = new StringContent("date,open,high,low,close,volume\n2020-01-02,1,2,1,1,5\n") };
        if (!request.Headers.TryAddWithoutValidation(header, value))
            request.Content.Headers.TryAddWithoutValidation(header, value);
        using var response = await _server.Client.SendAsync(request);
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;

        await Eventually.BeTrueAsync(() => _server.Ledger.StateOf(id) == "completed");
        _server.Ledger.Of(id).Batches[0].Symbol.Should().Be("ABC");
    }

    [Theory]
    [InlineData("interval=2d", "bad_interval", "1min")]
    [InlineData("source=../x", "bad_source", "letters")]
    [InlineData("source=Simulated", "bad_source", "simulated")]
    [InlineData("symbol=A%20B", "bad_symbol", "A-Z")]
    [InlineData("symbol=A.SIM", "bad_symbol", "SIM")]
    [InlineData("stamp=middle", "bad_stamp", "start or end")]
    [InlineData("dates=ymd", "bad_dates", "mdy")]
    public async Task A_parameter_that_cannot_be_right_is_refused_and_says_what_is(string query, string code, string says)
    {
        using var response = await _server.Client.PostAsync("/imports?" + query, new StringContent(SampleFile.Make(1, 1)));

        await ExpectProblemAsync(response, HttpStatusCode.BadRequest, code, says);
        _server.Files.Should().BeEmpty();
    }

    [Fact]
    public async Task Forms_and_unknown_encodings_are_refused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "file", "x.csv" } };
        using var response = await _server.Client.PostAsync("/imports", form);
        await ExpectProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", "itself as the body");

        using var brotli = new ByteArrayContent([1, 2, 3]);
        brotli.Headers.ContentEncoding.Add("br");
        using var second = await _server.Client.PostAsync("/imports", brotli);
        await ExpectProblemAsync(second, HttpStatusCode.UnsupportedMediaType, "unsupported_content_encoding", "gzip");
    }

    [Fact]
    public async Task A_full_disk_is_said_and_nothing_is_accepted()
    {
        _server.Disk.Available = 0;
        using var response = await _server.Client.PostAsync("/imports", new StringContent(SampleFile.Make(1, 1)));

        await ExpectProblemAsync(response, HttpStatusCode.InsufficientStorage, "disk_full", "Nothing was accepted");
        _server.Files.Should().BeEmpty();
    }

    [Fact]
    public async Task A_body_that_stops_half_way_is_not_accepted()
    {
        var file = Encoding.UTF8.GetBytes(SampleFile.Make(50, 400));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", _server.Client.BaseAddress!.Port);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /imports HTTP/1.1\r\nHost: x\r\nContent-Length: {file.Length}\r\n\r\n"));
            await stream.WriteAsync(file.AsMemory(0, file.Length / 2));
            await Eventually.BeTrueAsync(() => _server.Files.Any(path => new FileInfo(path).Length > 0));
        }

        await Eventually.BeTrueAsync(() => !_server.Files.Any());
        _server.Ledger.Published.Should().Be(0);
    }

    [Fact]
    public async Task A_retry_with_its_key_is_answered_with_the_same_import()
    {
        var ids = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/imports") { Content = new StringContent(SampleFile.Make(2, 10)) };
            request.Headers.Add("Idempotency-Key", "my key");
            using var response = await _server.Client.SendAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.Accepted);
            ids.Add((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!);
        }

        ids[1].Should().Be(ids[0]);
        await Eventually.BeTrueAsync(() => !_server.Files.Any());
    }

    [Fact]
    public async Task Bars_are_stored_as_they_were_sent_and_answered_with_their_receipt()
    {
        using var response = await PostBarsAsync(
            """{"interval":"1d","source":"mine","bars":{"aapl":[{"t":"2013-02-08","open":67.7142,"high":6.84014e1,"low":66.8928,"close":67.8542,"volume":158168416}]}}""");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var receipt = await response.Content.ReadFromJsonAsync<JsonElement>();
        receipt.GetProperty("state").GetString().Should().Be("completed");
        receipt.GetProperty("stored").GetInt32().Should().Be(1);
        var batch = _server.Ledger.Of(receipt.GetProperty("id").GetString()!).Batches[0];
        batch.Symbol.Should().Be("AAPL");
        batch.Provenance.Provider.Should().Be("mine");
        batch.Bars.Should().Equal(new RawBar(new DateTimeOffset(2013, 2, 8, 0, 0, 0, TimeSpan.Zero), 67.7142, 68.4014, 66.8928, 67.8542, 158168416, 2));
    }

    [Fact]
    public async Task Intraday_bars_are_named_by_their_start_in_UTC()
    {
        using var response = await PostBarsAsync(
            """{"interval":"15min","bars":{"A":[{"t":"2024-07-01T16:00:00-04:00","open":1,"high":2,"low":1,"close":1,"volume":5},{"t":"2024-07-01T20:15:00Z","open":1,"high":2,"low":1,"close":1,"volume":5}]}}""");

        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        _server.Ledger.Of(id).Bars.Select(bar => bar.Start.ToString("HH:mm")).Should().Equal("20:00", "20:15");
    }

    [Fact]
    public async Task Bars_that_are_not_stored_in_time_are_answered_with_where_to_ask()
    {
        _server.Ledger.Taking = (message, _) => Task.FromResult(message is not ImportRead);
        using var response = await PostBarsAsync("""{"interval":"1d","bars":{"A":[{"t":"2013-02-08","open":1,"high":1,"low":1,"close":1,"volume":1}]}}""");

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        response.Headers.Location!.ToString().Should().StartWith("/api/v1/imports/");
    }

    [Theory]
    [InlineData("{", "bad_json", "not JSON")]
    [InlineData("[]", "bad_body", "an object")]
    [InlineData("""{"bars":{}}""", "bad_interval", "1min")]
    [InlineData("""{"interval":"7d","bars":{}}""", "bad_interval", "1min")]
    [InlineData("""{"interval":7,"bars":{}}""", "bad_interval", "1min")]
    [InlineData("""{"interval":"1d","source":"a/b","bars":{}}""", "bad_source", "letters")]
    [InlineData("""{"interval":"1d","bars":{}}""", "no_bars", "no bars")]
    [InlineData("""{"interval":"1d","bars":{"A B":[]}}""", "bad_bars", "bars.A B is not a symbol")]
    [InlineData("""{"interval":"1d","bars":{"A.SIM":[]}}""", "bad_bars", "not a symbol")]
    [InlineData("""{"interval":"1d","bars":{"A":{}}}""", "bad_bars", "array")]
    [InlineData("""{"interval":"1d","bars":{"A":[1]}}""", "bad_bars", "bars.A[0] is not an object")]
    [InlineData("""{"interval":"1d","bars":{"A":[{"t":"08.02.2013"}]}}""", "bad_bars", "bars.A[0].t is not a date such as 2013-02-08")]
    [InlineData("""{"interval":"1min","bars":{"A":[{"t":"2013-02-08T14:30:00"}]}}""", "bad_bars", "offset")]
    [InlineData("""{"interval":"1d","bars":{"A":[{"t":"2013-02-08","open":1,"high":1,"low":1,"close":"1","volume":1}]}}""", "bad_bars", "bars.A[0].close is not a number")]
    [InlineData("""{"interval":"1d","bars":{"A":[{"t":"2013-02-08","open":1e999,"high":1,"low":1,"close":1,"volume":1}]}}""", "bad_bars", "bars.A[0].open is not a number")]
    [InlineData("""{"interval":"1d","bars":{"A":[{"t":"2013-02-08","open":1,"high":1,"low":1,"close":1}]}}""", "bad_bars", "bars.A[0].volume is missing")]
    public async Task Bars_that_are_wrong_are_refused_with_what_is_wrong(string body, string code, string says)
    {
        using var response = await PostBarsAsync(body);

        await ExpectProblemAsync(response, HttpStatusCode.BadRequest, code, says);
        _server.Files.Should().BeEmpty();
    }

    [Fact]
    public async Task More_bars_than_a_call_takes_are_refused()
    {
        var bars = string.Join(',', Enumerable.Repeat("""{"t":"2013-02-08","open":1,"high":1,"low":1,"close":1,"volume":1}""", 10_001));
        using var response = await PostBarsAsync("""{"interval":"1d","bars":{"A":[""" + bars + "]}}");
        await ExpectProblemAsync(response, HttpStatusCode.BadRequest, "too_many_bars", "10000");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/bars") { Content = new StringContent(new string('x', 9 * 1024 * 1024)) };
        request.Headers.ExpectContinue = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var huge = await _server.Client.SendAsync(request);
        huge.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Both_endpoints_are_described()
    {
        var description = await _server.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var paths = description.GetProperty("paths");

        paths.GetProperty("/imports").GetProperty("post").GetProperty("operationId").GetString().Should().Be("PostImport");
        paths.GetProperty("/imports").GetProperty("post").GetProperty("parameters").EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString())
            .Should().Contain(["interval", "source", "symbol", "stamp", "dates"]);
        paths.GetProperty("/bars").GetProperty("post").GetProperty("requestBody").ToString().Should().Contain("application/json");
    }

    private async Task<HttpResponseMessage> PostBarsAsync(string body)
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _server.Client.PostAsync("/bars", content);
    }

    private static async Task ExpectProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code, string says)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(status, text);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("detail").GetString().Should().Contain(says);
        problem.GetProperty("requestId").GetString().Should().NotBeEmpty();
    }
}
