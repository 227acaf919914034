using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>A component and topic that a request names, checked as daprd checks them before it reads the body.</summary>
internal sealed class PublishTarget
{
    private const string RawPayload = "rawPayload";

    private readonly SidecarContext _sidecar;
    private readonly IPubSub _component;

    private PublishTarget(SidecarContext sidecar, IPubSub component, string pubSub, string topic, Dictionary<string, string> metadata, bool isRaw)
    {
        _sidecar = sidecar;
        _component = component;
        PubSub = pubSub;
        Topic = topic;
        Metadata = metadata;
        IsRaw = isRaw;
    }

    public string PubSub { get; }

    public string Topic { get; }

    public Dictionary<string, string> Metadata { get; }

    public bool IsRaw { get; }

    /// <summary>Finds the target of a request; null with an error when there is none.</summary>
    public static PublishTarget? Find(ApiRequest request, out DaprError? error)
    {
        var name = request["pubsub"];
        var topic = request["topic"];
        var metadata = request.Metadata();
        error = null;
        if (request.Sidecar.Components.Find<IPubSub>(name) is not { } component)
        {
            error = PubSubErrors.NotFound(name, metadata);
            return null;
        }

        var isRaw = false;
        if (metadata.TryGetValue(RawPayload, out var raw) && raw.Length > 0 && !GoBool.TryParse(raw, out isRaw))
        {
            error = PubSubErrors.Metadata(name, raw, metadata);
            return null;
        }

        return new PublishTarget(request.Sidecar, component, name, topic, metadata, isRaw);
    }

    /// <summary>The error when scopes do not let this application publish to the topic; null when they do.</summary>
    public DaprError? CheckScopes() =>
        _sidecar.Scopes(PubSub).MayPublish(Topic) ? null : PubSubErrors.Forbidden(PubSub, Topic, _sidecar.AppId);

    public EnvelopeContext Envelope(ApiRequest request) => new(Topic, PubSub, _sidecar.AppId, request.Trace, _component.HasNativeTimeToLive, _sidecar.Time);

    /// <summary>A message for this topic. Bytes go out raw when the request says so, otherwise in an envelope.</summary>
    public PubSubMessage Message(
        ReadOnlySpan<byte> data, string? contentType, IReadOnlyDictionary<string, string> metadata, EnvelopeContext envelope)
    {
        EventFacts? facts = null;
        var bytes = IsRaw ? data.ToArray() : CloudEventEnvelope.Wrap(data, contentType, metadata, envelope, out facts);
        return new PubSubMessage(Topic, bytes, metadata)
        {
            Facts = facts,
            PartitionKey = metadata.GetValueOrDefault("partitionKey") ?? Metadata.GetValueOrDefault("partitionKey"),
        };
    }

    public Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        var policy = Policy;
        return policy.IsNone
            ? _component.PublishAsync(message, cancellationToken)
            : policy.RunAsync(token => _component.PublishAsync(message, token), cancellationToken);
    }

    /// <summary>Publishes all; under a policy only what failed is published again.</summary>
    public async Task<IReadOnlyList<(int Index, string Error)>> PublishAllAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var policy = Policy;
        if (policy.IsNone) return await _component.PublishAllAsync(messages, cancellationToken);
        IReadOnlyList<(int Index, string Error)> failed = [.. Enumerable.Range(0, messages.Count).Select(index => (index, ""))];
        try
        {
            await policy.RunAsync(
                async token =>
                {
                    var open = failed;
                    var again = await _component.PublishAllAsync([.. open.Select(entry => messages[entry.Index])], token);
                    failed = [.. again.Select(entry => (open[entry.Index].Index, entry.Error))];
                    if (failed.Count > 0) throw new IOException(failed[0].Error);
                },
                cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            failed = [.. failed.Select(entry => (entry.Index, failure.Message))];
        }

        return failed;
    }

    private ResiliencyRunner Policy => _sidecar.Resiliency.Outbound(PubSub, ComponentKind.Pubsub);
}
