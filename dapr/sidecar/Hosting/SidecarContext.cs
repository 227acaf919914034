using System.Collections.Concurrent;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Sidecar.Tracing;
using StocksDapr.Sidecar.Workflows;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>What every part of one virtual sidecar works with.</summary>
internal sealed class SidecarContext
{
    private readonly ConcurrentDictionary<string, TopicScopes> _scopes = new(StringComparer.Ordinal);
    private volatile ResourceSet _resources = null!;
    private volatile ResiliencyPolicies _resiliency = null!;

    public required SidecarOptions Options { get; init; }

    public required SidecarMesh Mesh { get; init; }

    /// <summary>What the resource folders hold; replaced as a whole when they change.</summary>
    public required ResourceSet Resources
    {
        get => _resources;
        set => _resources = value;
    }

    /// <summary>The policies of <see cref="Resources"/>; replaced as a whole when they change.</summary>
    public required ResiliencyPolicies Resiliency
    {
        get => _resiliency;
        set => _resiliency = value;
    }

    public required ILoggerFactory Loggers { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public required Tracer Tracer { get; init; }

    public SidecarHealth Health { get; } = new();

    /// <summary>What the metadata endpoint shows under <c>extended</c>; written to by PUT.</summary>
    public ConcurrentDictionary<string, string> Extended { get; } = new(StringComparer.Ordinal);

    /// <summary>The subscriptions that are known, for the metadata endpoint.</summary>
    public IReadOnlyList<KnownSubscription> Subscriptions { get; set; } = [];

    public ComponentRegistry Components { get; } = new();

    /// <summary>Workflows; null before the sidecar has started.</summary>
    public WorkflowsPart? Workflows { get; set; }

    /// <summary>The way to the application; null when there is none.</summary>
    public AppChannel? App { get; init; }

    /// <summary>Parts that run while the application is healthy, started in this order: subscriptions, input bindings.</summary>
    public List<IAppDriven> AppDriven { get; } = [];

    /// <summary>Cancelled when the sidecar begins to stop.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Called with the exit code when somebody asks for shutdown over the API.</summary>
    public Action<int> OnShutdownRequested { get; init; } = static _ => { };

    public string AppId => Options.AppId;

    /// <summary>What this application may do with the topics of a pub/sub component.</summary>
    public TopicScopes Scopes(string pubSub) => _scopes.GetOrAdd(pubSub, name => new TopicScopes(Components.PropertiesOf(name), AppId));

    /// <summary>The component of that name is another one now.</summary>
    public void ForgetScopes(string pubSub) => _scopes.TryRemove(pubSub, out _);

    public ILogger CreateLogger<T>() => Loggers.CreateLogger($"{typeof(T).FullName}[{AppId}]");
}

/// <summary>A subscription and where it came from: DECLARATIVE or PROGRAMMATIC.</summary>
internal sealed record KnownSubscription(SubscriptionResource Resource, string Origin);

/// <summary>A part that works only while the application is there and healthy.</summary>
internal interface IAppDriven
{
    /// <summary>The application is healthy (for the first time or again).</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The application is unhealthy, or the sidecar stops: take no new input, and return when what is under way is done or the token is cancelled.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Components or subscriptions have changed: what is new is started, what is gone is let finish until the token is cancelled. Called only while it runs.</summary>
    /// <param name="policiesChanged">Other resiliency policies are in effect.</param>
    /// <param name="cancellationToken">Ends the wait for what is under way.</param>
    Task ReloadAsync(bool policiesChanged, CancellationToken cancellationToken) => Task.CompletedTask;
}
