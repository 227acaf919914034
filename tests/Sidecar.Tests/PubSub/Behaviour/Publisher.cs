using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>A sidecar without application that publishes numbers; the symbol of a number (its partition key) is the number modulo <see cref="Symbols"/>.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    public const int Symbols = 7;

    private readonly RunningApp _app;

    private Publisher(RunningApp app) => _app = app;

    public static async Task<Publisher> StartAsync(BrokerSpace space) => new(await RunningApp.StartAsync(
        handler: null, [space.Component], space.MeshOfProcess(), sidecar => sidecar with { AppId = "publisher" }));

    /// <summary>Publishes one number and returns the answer.</summary>
    public Task<HttpResponseMessage> TryPublishAsync(int number) => _app.Client.PostAsync(
        $"/v1.0/publish/bus/{Consumer.Topic}?metadata.partitionKey={SymbolOf(number)}", JsonContent.Create(new { n = number }));

    public async Task PublishAsync(int number)
    {
        using var answer = await TryPublishAsync(number);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    /// <summary>Publishes numbers by one bulk call and returns its answer.</summary>
    public Task<HttpResponseMessage> TryPublishAllAsync(IEnumerable<int> numbers) => _app.Client.PostAsync(
        $"/v1.0/publish/bulk/bus/{Consumer.Topic}",
        JsonContent.Create(numbers.Select(number => new
        {
            entryId = number.ToString(CultureInfo.InvariantCulture),
            @event = new { n = number },
            contentType = "application/json",
            metadata = new { partitionKey = SymbolOf(number) },
        })));

    public async Task PublishAllAsync(IEnumerable<int> numbers)
    {
        using var answer = await TryPublishAllAsync(numbers);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string SymbolOf(int number) => string.Create(CultureInfo.InvariantCulture, $"S{number % Symbols}");
}
