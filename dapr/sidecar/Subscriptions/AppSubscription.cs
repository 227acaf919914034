using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>One subscription of the application: decides where an event goes, delivers it under the component's policy, and deals with what fails.</summary>
internal sealed class AppSubscription
{
    private const string RawPayload = "rawPayload";
    private static readonly TimeSpan DeadLetterTimeout = TimeSpan.FromSeconds(30);

    private readonly SidecarContext _sidecar;
    private readonly IPubSub _component;
    private readonly RouteTable _routes;
    private readonly ResiliencyRunner _policy;
    private readonly SingleDelivery _single;
    private readonly BulkDelivery _bulk;
    private readonly ILogger _log;

    /// <summary>What is wrong with the subscription's metadata: daprd subscribes all the same, and fails every message.</summary>
    private readonly FormatException? _broken;

    /// <exception cref="CelException">A rule is not valid.</exception>
    public AppSubscription(SubscriptionResource resource, IPubSub component, SidecarContext sidecar)
    {
        ArgumentNullException.ThrowIfNull(sidecar);
        ArgumentNullException.ThrowIfNull(resource);
        Resource = resource;
        _component = component;
        _sidecar = sidecar;
        _routes = new RouteTable(resource.Rules);
        _policy = sidecar.Resiliency.Inbound(resource.PubSubName, ComponentKind.Pubsub);
        _log = sidecar.CreateLogger<AppSubscription>();
        var raw = resource.Metadata.GetValueOrDefault(RawPayload) ?? "";
        IsRaw = GoBool.TryParse(raw, out var isRaw) && isRaw;
        if (raw.Length > 0 && !GoBool.TryParse(raw, out _)) _broken = new FormatException($"{RawPayload} value must be a valid boolean: actual is '{raw}'");
        _single = new SingleDelivery(this, sidecar);
        _bulk = new BulkDelivery(this, sidecar);
    }

    public SubscriptionResource Resource { get; }

    /// <summary>The application wants the bytes, not an event.</summary>
    public bool IsRaw { get; }

    /// <summary>Delivers messages; see <see cref="MessageDelivery"/>.</summary>
    public async Task<Exception?[]> DeliverAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var outcomes = new DeliveryOutcome[messages.Count];
        var byPath = new Dictionary<string, List<Delivery>>(StringComparer.Ordinal);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (Route(messages[i], i, out var delivery) is { } decided && !await IsForBulkRootAsync(messages[i], delivery)) outcomes[i] = decided;
            else if (byPath.TryGetValue(delivery!.Path, out var others)) others.Add(delivery);
            else byPath[delivery.Path] = [delivery];
        }

        foreach (var (path, deliveries) in byPath)
        {
            if (Resource.Bulk is not null) await _bulk.DeliverAsync(path, deliveries, outcomes, _policy, cancellationToken);
            else foreach (var delivery in deliveries) outcomes[delivery.Index] = await _single.DeliverAsync(delivery, _policy, cancellationToken);
        }

        var failures = new Exception?[messages.Count];
        for (var i = 0; i < failures.Length; i++) failures[i] = await FinishAsync(messages[i], outcomes[i]);
        return failures;
    }

    // Null and a delivery, or what is decided without asking the application.
    private DeliveryOutcome? Route(PubSubMessage message, int index, out Delivery? delivery)
    {
        delivery = null;
        if (_broken is not null) return DeliveryOutcome.Failed(_broken);
        EventFacts? facts = null;
        if (!IsRaw)
        {
            facts = message.Facts ?? EventFacts.Read(message.Data.Span, out var problem);
            if (facts is null) return DeliveryOutcome.Failed(new FormatException($"error deserializing cloud event: {Problem(message)}"));
            if (facts.Expiration <= _sidecar.Time.GetUtcNow())
            {
                _log.EventDropped(message.Topic, "it is expired");
                return DeliveryOutcome.Dropped;
            }
        }

        try
        {
            var data = IsRaw ? CloudEventEnvelope.WrapRaw(message.Data.Span, message.Topic, Resource.PubSubName) : message.Data;
            if (_routes.Find(data) is { } path)
            {
                delivery = new Delivery(index, path, message, data, facts);
                return null;
            }

            _log.EventDropped(message.Topic, "no rule matches it and there is no default route");
            if (Resource.Bulk is not null) delivery = new Delivery(index, "", message, data, facts);
            return DeliveryOutcome.Dropped;
        }
        catch (CelException failed)
        {
            return DeliveryOutcome.Failed(failed);
        }
    }

    // A bulk event that no route wants goes to the dead letters and, as an oddity of daprd, to the application's root.
    private async Task<bool> IsForBulkRootAsync(PubSubMessage message, Delivery? delivery)
    {
        if (delivery is null) return false;
        await FinishAsync(message, DeliveryOutcome.Dropped);
        return true;
    }

    private static string Problem(PubSubMessage message)
    {
        EventFacts.Read(message.Data.Span, out var problem);
        return problem;
    }

    // Null = the broker may forget the message.
    private async Task<Exception?> FinishAsync(PubSubMessage message, DeliveryOutcome outcome)
    {
        var deadLetters = Resource.DeadLetterTopic;
        if (outcome.Result is DeliveryResult.Done or DeliveryResult.Forgotten) return null;
        if (deadLetters.Length == 0) return outcome.Failure;
        using var limit = new CancellationTokenSource(DeadLetterTimeout, _sidecar.Time);
        try
        {
            _log.EventDeadLettered(message.Topic, deadLetters, outcome.Failure?.Message ?? "dropped");
            await _component.PublishAsync(message with { Topic = deadLetters }, limit.Token);
            return null;
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            _log.DeadLetterFailed(failure, message.Topic, deadLetters);
            return outcome.Failure;
        }
    }
}

/// <summary>A message with its path, the bytes that the application gets, and what is known of the event (null for raw ones).</summary>
internal sealed record Delivery(int Index, string Path, PubSubMessage Message, ReadOnlyMemory<byte> Event, EventFacts? Facts);
