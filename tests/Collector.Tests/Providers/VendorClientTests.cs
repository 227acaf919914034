using System.Net;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers;

public sealed class VendorClientTests : IDisposable
{
    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new(DateTimeOffset.Parse("2026-11-20T15:00:00Z"));

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData(400, nameof(ProviderErrorKind.NotSupported), false)]
    [InlineData(401, nameof(ProviderErrorKind.NotEntitled), false)]
    [InlineData(402, nameof(ProviderErrorKind.NotEntitled), false)]
    [InlineData(403, nameof(ProviderErrorKind.NotEntitled), false)]
    [InlineData(404, nameof(ProviderErrorKind.Unavailable), true)]
    [InlineData(429, nameof(ProviderErrorKind.RateLimited), true)]
    [InlineData(500, nameof(ProviderErrorKind.Unavailable), true)]
    [InlineData(503, nameof(ProviderErrorKind.Unavailable), true)]
    [InlineData(504, nameof(ProviderErrorKind.TimedOut), true)]
    public async Task Status_says_what_to_do(int status, string kind, bool transient)
    {
        var error = await ErrorAsync(new HttpResponseMessage((HttpStatusCode)status));

        error.Kind.ToString().Should().Be(kind);
        error.IsTransient.Should().Be(transient);
        error.Detail.Should().Contain($"{status}");
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Fri, 20 Nov 2026 15:05:00 GMT", 300)]
    [InlineData("Fri, 20 Nov 2026 14:00:00 GMT", 0)]
    [InlineData("99999999", 86_400)]
    public async Task Retry_after_is_read_in_both_forms_and_kept_bearable(string header, int seconds)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.Add("Retry-After", header);

        (await ErrorAsync(response)).RetryAfter.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task Lost_connection_is_unavailable()
    {
        using var http = Http(() => throw new HttpRequestException("Connection reset."));

        (await Client(http).GetAsync(new VendorRequest("/"), _ => "", default)).Error!.Kind.Should().Be(ProviderErrorKind.Unavailable);
    }

    [Fact]
    public async Task Answer_that_trips_its_reader_up_is_malformed()
    {
        using var http = Http(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") });

        var error = (await Client(http).GetAsync<string>(new VendorRequest("/"), _ => throw new FormatException("Not a date."), default)).Error!;

        error.Kind.Should().Be(ProviderErrorKind.Malformed);
        error.Detail.Should().Contain("Not a date.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_without_end_is_malformed_whether_or_not_it_says_how_long_it_is(bool saysLength)
    {
        using var http = Http(() =>
        {
            var content = new StreamContent(new EndlessStream());
            content.Headers.ContentLength = saysLength ? 128 * 1024 * 1024 + 1 : null;
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        });

        var error = (await Client(http).GetAsync(new VendorRequest("/"), _ => "", default)).Error!;

        error.Kind.Should().Be(ProviderErrorKind.Malformed);
        error.Detail.Should().Contain("longer");
    }

    [Fact]
    public async Task Body_that_cannot_be_read_is_malformed()
    {
        using var http = Http(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("?") });

        var answer = await Client(http).GetAsync<string>(new VendorRequest("/"), _ => throw new JsonException("Not JSON."), default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
        answer.At.Should().Be(_time.GetUtcNow());
        answer.RequestId.Should().NotBeEmpty();
    }

    private async Task<ProviderError> ErrorAsync(HttpResponseMessage response)
    {
        using var http = Http(() => response);
        return (await Client(http).GetAsync(new VendorRequest("/"), _ => "", default)).Error!;
    }

    private static HttpClient Http(Func<HttpResponseMessage> answer) => new(new StubVendor(answer)) { BaseAddress = new Uri("http://vendor.invalid") };

    private VendorClient Client(HttpClient http) => new("stub", http, PlainDialect.Instance, NoKeys.Instance, TimeSpan.FromSeconds(10), _time, _metrics);

    private sealed class StubVendor(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }
}
