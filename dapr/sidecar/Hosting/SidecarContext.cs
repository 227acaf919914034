using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;

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

    public ComponentRegistry Components { get; } = new();

    /// <summary>The way to the application; null when there is none.</summary>
    public AppChannel? App { get; init; }

    /// <summary>Parts that run while the application is healthy, started in this order: subscriptions, input bindings.</summary>
    public List<IAppDriven> AppDriven { get; } = [];

    /// <summary>Cancelled when the sidecar begins to stop.</summary>
    public CancellationToken Stopping { get; init; }

    public string AppId => Options.AppId;

    public ILogger CreateLogger<T>() => Loggers.CreateLogger($"{typeof(T).FullName}[{AppId}]");
}

/// <summary>A part that works only while the application is there and healthy.</summary>
internal interface IAppDriven
{
    /// <summary>The application is healthy (for the first time or again).</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The application is unhealthy, or the sidecar stops: take no new input, and return when what is under way is done or the token is cancelled.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
