using System.Text;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private const string GetMetadata = "Get metadata";
    private const string SetMetadata = "Set metadata";
    private const string Shutdown = "Shutdown";

    private static readonly TimeSpan HealthPollingInterval = TimeSpan.FromMilliseconds(500);

    public override Task<bool> CheckHealthAsync(CancellationToken cancellationToken = default) =>
        AnswersAsync("/v1.0/healthz", cancellationToken);

    public override Task<bool> CheckOutboundHealthAsync(CancellationToken cancellationToken = default) =>
        AnswersAsync("/v1.0/healthz/outbound", cancellationToken);

    public override async Task WaitForSidecarAsync(CancellationToken cancellationToken = default)
    {
        while (!await CheckOutboundHealthAsync(cancellationToken)) await Task.Delay(HealthPollingInterval, cancellationToken);
    }

    public override async Task ShutdownSidecarAsync(CancellationToken cancellationToken = default)
    {
        using var request = channel.Request(HttpMethod.Post, new SidecarRoute("/v1.0/shutdown"));
        await channel.SendAndForgetAnswerAsync(request, Shutdown, cancellationToken);
    }

    public override async Task<DaprMetadata> GetMetadataAsync(CancellationToken cancellationToken = default)
    {
        using var request = channel.Request(HttpMethod.Get, new SidecarRoute("/v1.0/metadata"));
        using var response = await channel.SendSuccessfullyAsync(request, GetMetadata, cancellationToken);
        var answer = await ReadWireAsync(response, WireJson.Default.MetadataAnswer, GetMetadata, cancellationToken);
        var actors = answer?.ActorRuntime?.ActiveActors ?? answer?.Actors ?? [];
        var components = answer?.Components ?? [];
        return new DaprMetadata(
            answer?.Id ?? string.Empty,
            actors.ConvertAll(actor => new DaprActorMetadata(actor.Type ?? string.Empty, actor.Count)),
            answer?.Extended ?? [],
            components.ConvertAll(component => new DaprComponentsMetadata(
                component.Name ?? string.Empty, component.Type ?? string.Empty, component.Version ?? string.Empty, component.Capabilities ?? [])));
    }

    public override async Task SetMetadataAsync(string attributeName, string attributeValue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attributeValue);
        var route = new SidecarRoute("/v1.0/metadata").Segment(attributeName, nameof(attributeName));
        using var request = channel.Request(HttpMethod.Put, route, new StringContent(attributeValue, Encoding.UTF8, "text/plain"));
        await channel.SendAndForgetAnswerAsync(request, SetMetadata, cancellationToken);
    }

    private async Task<bool> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        using var request = channel.Request(HttpMethod.Get, new SidecarRoute(path));
        try
        {
            using var response = await channel.Direct.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
