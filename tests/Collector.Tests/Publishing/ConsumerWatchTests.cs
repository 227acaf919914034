using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Support;

namespace StocksDapr.Collector.Publishing;

public sealed class ConsumerWatchTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly Consumer _processor = new(HttpStatusCode.ServiceUnavailable);
    private readonly Consumer _writer = new(null);

    [Fact]
    public async Task Nothing_is_published_before_every_consumer_has_subscribed_once()
    {
        using var watch = Watch();
        await watch.StartAsync(default);
        var waiting = watch.WaitAsync(default);

        await AskAgainAsync();
        _processor.Status = HttpStatusCode.OK;
        await AskAgainAsync();
        waiting.IsCompleted.Should().BeFalse("the writer does not answer at all yet");

        _writer.Status = HttpStatusCode.OK;
        await Eventually.BeTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return waiting.IsCompletedSuccessfully;
        });
        _writer.Paths.Distinct().Should().Equal("/readyz/subscriptions");
    }

    [Fact]
    public async Task A_consumer_that_has_subscribed_is_not_asked_again()
    {
        _processor.Status = _writer.Status = HttpStatusCode.OK;
        using var watch = Watch();
        await watch.StartAsync(default);
        await watch.WaitAsync(default).WaitAsync(TimeSpan.FromSeconds(20));

        _processor.Status = _writer.Status = null;

        watch.WaitAsync(default).IsCompletedSuccessfully.Should().BeTrue();
        _time.Advance(TimeSpan.FromHours(1));
        _processor.Paths.Should().ContainSingle();
    }

    [Fact]
    public async Task Who_waits_can_give_up()
    {
        using var watch = Watch();
        await watch.StartAsync(default);
        using var given = new CancellationTokenSource();
        var waiting = watch.WaitAsync(given.Token);

        await given.CancelAsync();

        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        await watch.StopAsync(default);
    }

    private ConsumerWatch Watch() => new(
        new Dictionary<string, HttpClient> { ["processor"] = Client(_processor), ["writer"] = Client(_writer) }, _time, NullLogger<ConsumerWatch>.Instance);

    private static HttpClient Client(Consumer consumer) => new(consumer) { BaseAddress = new Uri("http://consumer") };

    private async Task AskAgainAsync()
    {
        var before = _writer.Paths.Count;
        await Eventually.BeTrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return _writer.Paths.Count > before + 1;
        });
    }

    /// <summary>A consumer; without a status it cannot be reached.</summary>
    private sealed class Consumer(HttpStatusCode? status) : HttpMessageHandler
    {
        public ConcurrentQueue<string> Paths { get; } = [];

        public HttpStatusCode? Status { get; set; } = status;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Enqueue(request.RequestUri!.AbsolutePath);
            return Status is { } status ? Task.FromResult(new HttpResponseMessage(status)) : Task.FromException<HttpResponseMessage>(new HttpRequestException("refused"));
        }
    }
}
