using System.Collections.Concurrent;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Resiliency;

/// <summary>The policies of one sidecar, looked up by target. Without a policy the runner makes exactly one attempt.</summary>
internal sealed class ResiliencyPolicies
{
    private const string BuiltInInitialization = "DaprBuiltInInitializationRetries";
    private const string BuiltInServiceCalls = "DaprBuiltInServiceRetries";
    private const int FewestBuiltInRetries = 3;

    /// <summary>Breakers that one application's endpoints may have; beyond that the oldest are forgotten, as in daprd.</summary>
    private const int EndpointBreakers = 100;
    private static readonly TimeSpan InitializationTotal = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ResiliencyRunner> _runners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EndpointRunners> _callees = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _timeouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RetrySpec> _retries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CircuitBreakerSpec> _breakers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PolicyNames> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ComponentPolicyNames> _components = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CircuitBreaker> _componentBreakers = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    /// <param name="resources">What was loaded; later ones win where two say different things.</param>
    /// <param name="time">The clock.</param>
    public ResiliencyPolicies(IReadOnlyList<ResiliencyResource> resources, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(resources);
        _time = time ?? TimeProvider.System;
        Names = [.. resources.Select(resource => resource.Name)];
        foreach (var resource in resources)
        {
            Merge(resource.Timeouts, _timeouts);
            Merge(resource.Retries.ToDictionary(retry => retry.Key, retry => AtLeastBuiltIn(retry.Key, retry.Value)), _retries);
            Merge(resource.CircuitBreakers, _breakers);
            Merge(resource.Apps, _apps);
            Merge(resource.Components, _components);
        }

        var initialization = _retries.GetValueOrDefault(BuiltInInitialization)
            ?? new RetrySpec { Policy = "exponential", MaxInterval = TimeSpan.FromSeconds(1), MaxRetries = 3 };
        ServiceCalls = new ResiliencyRunner(
            null,
            new RetryPolicy(_retries.GetValueOrDefault(BuiltInServiceCalls) ?? new RetrySpec { Duration = TimeSpan.FromSeconds(1), MaxRetries = 3 }, _time),
            null,
            _time);
        Initialization = new ResiliencyRunner(null, new RetryPolicy(initialization, _time) { Total = InitializationTotal }, null, _time);
        Check();
    }

    /// <summary>Names, as the metadata endpoint shows them.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The first calls to the application, such as the one for its subscriptions.</summary>
    public ResiliencyRunner Initialization { get; }

    /// <summary>Calls of sidecars that cannot be reached, where no policy targets the application.</summary>
    public ResiliencyRunner ServiceCalls { get; }

    /// <summary>Calls from the sidecar to a component: publish, state, output bindings, secrets.</summary>
    public ResiliencyRunner Outbound(string component, ComponentKind kind) => Component(component, kind, "Outbound", names => names.Outbound);

    /// <summary>Calls from a component to the application: subscriptions, input bindings.</summary>
    public ResiliencyRunner Inbound(string component, ComponentKind kind) => Component(component, kind, "Inbound", names => names.Inbound);

    /// <summary>Invocations of an application. All its endpoints have the same policies, but each its own circuit breaker.</summary>
    /// <param name="appId">The callee as the caller names it.</param>
    /// <param name="endpoint">The method, or the address of what is outside.</param>
    public ResiliencyRunner App(string appId, string endpoint) => _callees.GetOrAdd(appId, BuildApp).For(endpoint);

    private ResiliencyRunner Component(string component, ComponentKind kind, string direction, Func<ComponentPolicyNames, PolicyNames?> select) =>
        _runners.TryGetValue($"{direction}/{component}", out var known)
            ? known
            : _runners.GetOrAdd(
                $"{direction}/{component}",
                _ => Build(
                    _components.TryGetValue(component, out var names) ? select(names) : null,
                    [$"{kind}Component{direction}", $"Component{direction}", "Component", ""],
                    component));

    /// <summary>Whether a target names the application; if not, the built-in retries hold as well.</summary>
    public bool IsTarget(string appId) => _apps.ContainsKey(appId);

    private EndpointRunners BuildApp(string appId)
    {
        var (timeout, retry, breaker) = Find(_apps.GetValueOrDefault(appId), ["App", ""], appId);
        return new EndpointRunners(timeout, retry, breaker, EndpointBreakers, _time);
    }

    // Both directions of a component share one breaker.
    private ResiliencyRunner Build(PolicyNames? names, string[] reserved, string component)
    {
        var (timeout, retry, spec) = Find(names, reserved, component);
        var breaker = spec is null ? null : _componentBreakers.GetOrAdd(component, _ => new CircuitBreaker(spec, _time));
        return timeout is null && retry is null && breaker is null ? ResiliencyRunner.None : new ResiliencyRunner(timeout, retry, breaker, _time);
    }

    // A target that is named takes its own policies only; the reserved names are for targets that nobody names.
    private (TimeSpan? Timeout, RetryPolicy? Retry, CircuitBreakerSpec? Breaker) Find(PolicyNames? names, string[] reserved, string target)
    {
        names ??= new PolicyNames(
            Reserved(_timeouts, reserved, "TimeoutPolicy"), Reserved(_retries, reserved, "RetryPolicy"), Reserved(_breakers, reserved, "CircuitBreakerPolicy"));
        TimeSpan? timeout = names.Timeout is null ? null : Known(_timeouts, names.Timeout, "timeout", target);
        var retry = names.Retry is null ? null : new RetryPolicy(Known(_retries, names.Retry, "retry", target), _time);
        return (timeout, retry, names.CircuitBreaker is null ? null : Known(_breakers, names.CircuitBreaker, "circuit breaker", target));
    }

    // What is wrong is found at the start, not at the first call.
    private void Check()
    {
        foreach (var breaker in _breakers.Values) _ = new CircuitBreaker(breaker, _time);
        foreach (var (app, names) in _apps) Find(names, [], app);
        foreach (var (component, names) in _components)
        {
            Find(names.Inbound, [], component);
            Find(names.Outbound, [], component);
        }
    }

    // Dapr's own policies can be changed, but not to fewer tries ("without limit" is written as -1, which is fewer).
    private static RetrySpec AtLeastBuiltIn(string name, RetrySpec retry) =>
        name.StartsWith("DaprBuiltIn", StringComparison.Ordinal) && retry.MaxRetries < FewestBuiltInRetries ? retry with { MaxRetries = FewestBuiltInRetries } : retry;

    private static string? Reserved<T>(Dictionary<string, T> policies, string[] prefixes, string suffix) =>
        prefixes.Select(prefix => $"Default{prefix}{suffix}").FirstOrDefault(policies.ContainsKey);

    private static T Known<T>(Dictionary<string, T> policies, string name, string kind, string target) => policies.TryGetValue(name, out var policy)
        ? policy
        : throw new Hosting.SidecarStartException($"resiliency: target {target} names the {kind} policy {name}, which is not defined");

    private static void Merge<T>(IReadOnlyDictionary<string, T> from, Dictionary<string, T> into)
    {
        foreach (var (name, value) in from) into[name] = value;
    }
}

/// <summary>Kind of a component, as the names of default policies have it.</summary>
internal enum ComponentKind
{
    Pubsub,
    Statestore,
    Binding,
    Secretstore,
}
