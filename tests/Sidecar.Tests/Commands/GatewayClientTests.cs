using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StocksDapr.Sidecar.Commands.Imports;
using StocksDapr.Sidecar.Commands.Local;
using StocksDapr.Sidecar.Running;

namespace StocksDapr.Sidecar.Commands;

/// <summary>The import against a gateway of the test's own that fails as killed services do.</summary>
public sealed class GatewayClientTests : IAsyncLifetime, IDisposable
{
    private readonly List<(string Key, int Bytes, string Name)> _uploads = [];
    private readonly Queue<Func<HttpContext, Task>> _answers = new();
    private readonly TemporaryFolder _folder = new();
    private WebApplication _gateway = null!;
    private GatewayClient _client = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _gateway = builder.Build();
        _gateway.Run(async context =>
        {
            if (context.Request.Method == "POST")
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                _uploads.Add((context.Request.Headers["Idempotency-Key"].ToString(), (int)body.Length, context.Request.Headers.ContentDisposition.ToString()));
            }

            await _answers.Dequeue()(context);
        });
        await _gateway.StartAsync();
        _client = new GatewayClient(new Uri(_gateway.Urls.First()), "token", TimeSpan.FromSeconds(20));
    }

    public Task DisposeAsync() => _gateway.DisposeAsync().AsTask();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_import_rides_out_what_passes_under_one_key_and_follows_its_receipt()
    {
        _answers.Enqueue(context => AnswerAsync(context, 503, """{"detail":"starting"}"""));
        _answers.Enqueue(context =>
        {
            context.Abort(); // The service was killed: the connection just ends.
            return Task.CompletedTask;
        });
        _answers.Enqueue(context => AnswerAsync(context, 202, """{"id":"i1","state":"accepted"}"""));
        _answers.Enqueue(context => AnswerAsync(context, 404, "{}"));
        _answers.Enqueue(context => AnswerAsync(context, 200, """{"id":"i1","state":"running","read":2,"batches":{"total":2,"done":1}}"""));
        _answers.Enqueue(context => AnswerAsync(context, 200, """{"id":"i1","state":"completed","read":3,"stored":1,"unchanged":1,"rejected":1,"batches":{"total":2,"done":2}}"""));
        var file = _folder.Write("sub dir/Köln.csv", "date,open\n");

        var outcome = await ImportAsync(file);

        outcome.Failure.Should().BeNull();
        outcome.Receipt.Should().BeEquivalentTo(new { Id = "i1", State = "completed", Read = 3, Stored = 1, Unchanged = 1, Rejected = 1 });
        _uploads.Should().HaveCount(3).And.OnlyContain(upload => upload.Bytes == 10 && upload.Key == _uploads[0].Key && upload.Key.Length > 0);
        _uploads[0].Name.Should().Contain("filename*=utf-8''K%C3%B6ln.csv");
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_says_what_is_right()
    {
        _answers.Enqueue(context => AnswerAsync(context, 400, """{"detail":"There is no interval 7d.","valid":{"interval":["1d"]}}"""));

        var outcome = await ImportAsync(_folder.Write("a.csv", "x"));

        outcome.Failure.Should().Contain("There is no interval 7d.").And.Contain("1d");
        _uploads.Should().ContainSingle();
    }

    [Fact]
    public async Task A_failed_import_says_why()
    {
        _answers.Enqueue(context => AnswerAsync(context, 202, """{"id":"i1","state":"failed","error":{"code":"no_columns","reason":"No date column."}}"""));

        (await ImportAsync(_folder.Write("a.csv", "x"))).Failure.Should().Be("No date column.");
    }

    [Fact]
    public async Task Patience_ends_with_the_last_reason()
    {
        using var hasty = new GatewayClient(new Uri(_gateway.Urls.First()), "token", TimeSpan.Zero);
        _answers.Enqueue(context => AnswerAsync(context, 500, """{"detail":"broken"}"""));

        var asking = () => hasty.GetAsync("x", null, CancellationToken.None);
        (await asking.Should().ThrowAsync<RunFailedException>()).WithMessage("*500: broken*");
    }

    [Fact]
    public async Task All_rejections_are_read_page_by_page_into_the_report()
    {
        _answers.Enqueue(context => AnswerAsync(context, 200, """{"items":[{"line":2,"code":"no_date","reason":"No date, \"x\""}],"next":"c 1"}"""));
        _answers.Enqueue(context =>
        {
            context.Request.Query["cursor"].ToString().Should().Be("c 1");
            return AnswerAsync(context, 200, """{"items":[{"line":9,"code":"fields","reason":"3 fields"}],"next":null}""");
        });
        var report = Path.Combine(_folder.Path, "out.csv");
        var outcome = new ImportOutcome("in.csv", new ImportReceipt { Id = "i1", Rejected = 2 }, null);

        (await RejectionReport.WriteAsync(report, [outcome], _client, CancellationToken.None)).Should().Be(2);

        File.ReadAllLines(report).Should().Equal("file,line,code,reason", "in.csv,2,no_date,\"No date, \"\"x\"\"\"", "in.csv,9,fields,3 fields");
    }

    private Task<ImportOutcome> ImportAsync(string file) =>
        new FileImport(_client, new ImportHints("1d", null, null), TimeProvider.System).RunAsync(file, new Silent(), CancellationToken.None);

    private static Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(JsonElement.Parse(json));
    }

    private sealed class Silent : IImportProgress
    {
        public void Uploading(long sent, long total)
        {
        }

        public void Importing(ImportReceipt receipt)
        {
        }

        public void Trouble(string what)
        {
        }
    }
}
