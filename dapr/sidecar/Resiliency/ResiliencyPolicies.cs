using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>The policies of one sidecar, looked up by target. Without a policy the runner makes exactly one attempt.</summary>
internal sealed class ResiliencyPolicies(IReadOnlyList<ResiliencyResource> resources)
{
    private readonly ResiliencyRunner _none = ResiliencyRunner.None;

    /// <summary>Names, as the metadata endpoint shows them.</summary>
    public IReadOnlyList<string> Names { get; } = [.. resources.Select(resource => resource.Name)];

    /// <summary>Calls from the sidecar to a component: publish, state, output bindings, secrets.</summary>
    public ResiliencyRunner Outbound(string component, ComponentKind kind) => _none;

    /// <summary>Calls from a component to the application: subscriptions, input bindings.</summary>
    public ResiliencyRunner Inbound(string component, ComponentKind kind) => _none;

    /// <summary>Invocations of an application; null when no policy targets it (then the built-in retries apply).</summary>
    public ResiliencyRunner? App(string appId) => _none.HasRetry ? _none : null;
}

/// <summary>Kind of a component, as the names of default policies have it.</summary>
internal enum ComponentKind
{
    Pubsub,
    Statestore,
    Binding,
    Secretstore,
}
