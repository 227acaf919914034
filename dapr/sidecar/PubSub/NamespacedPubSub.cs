using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>
/// A broker whose topics belong to the sidecar's namespace: <c>orders</c> is <c>[namespace]orders</c> at the broker, and <c>orders</c> again for the application.
/// As in daprd a component asks for it by <c>{namespace}</c> in any of its values.
/// </summary>
internal sealed class NamespacedPubSub(IPubSub broker, string space) : IPubSub
{
    private const string Mark = "{namespace}";

    public IReadOnlyList<string> Capabilities => broker.Capabilities;

    public bool HasNativeTimeToLive => broker.HasNativeTimeToLive;

    /// <summary>The component itself, or with such topics when it is a broker and asks for them.</summary>
    public static IComponent Apply(IComponent component, ComponentResource resource, SidecarOptions options) =>
        component is IPubSub broker && resource.Properties.Any(property => property.Value.Contains(Mark, StringComparison.Ordinal))
            ? new NamespacedPubSub(broker, string.IsNullOrEmpty(options.Namespace) ? "default" : options.Namespace)
            : component;

    public Task InitAsync(CancellationToken cancellationToken) => broker.InitAsync(cancellationToken);

    public Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken) => broker.PublishAsync(Inside(message), cancellationToken);

    public Task<IReadOnlyList<(int Index, string Error)>> PublishAllAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken) =>
        broker.PublishAllAsync([.. messages.Select(Inside)], cancellationToken);

    public Task<ISubscription> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken) => broker.SubscribeAsync(
        request with { Topic = space + request.Topic, Deliver = (messages, token) => request.Deliver([.. messages.Select(Outside)], token) }, cancellationToken);

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    private PubSubMessage Inside(PubSubMessage message) => message with { Topic = space + message.Topic };

    private PubSubMessage Outside(PubSubMessage message) =>
        message.Topic.StartsWith(space, StringComparison.Ordinal) ? message with { Topic = message.Topic[space.Length..] } : message;
}
