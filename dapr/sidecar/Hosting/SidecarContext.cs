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
    public required SidecarOptions Options { get; init; }

    public required SidecarMesh Mesh { get; init; }

    public required ResourceSet Resources { get; init; }

    public required ResiliencyPolicies Resiliency { get; init; }

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

    private readonly ConcurrentDictionary<string, TopicScopes> _scopes = new(StringComparer.Ordinal);

    /// <summary>Called with the exit code when somebody asks for shutdown over the API.</summary>
    public Action<int> OnShutdownRequested { get; init; } = static _ => { };

    public string AppId => Options.AppId;

    /// <summary>What this application may do with the topics of a pub/sub component.</summary>
    public TopicScopes Scopes(string pubSub) => _scopes.GetOrAdd(pubSub, name => new TopicScopes(Components.PropertiesOf(name), AppId));

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
}
