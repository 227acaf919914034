namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>How the private broker runs. The defaults suit a laptop with two cores.</summary>
internal sealed record RabbitMqSettings
{
    /// <summary>Start it again when it dies.</summary>
    public bool Supervised { get; init; } = true;

    /// <summary>What it may use before it holds publishers back, in MiB. What waits in queues is moved to the disk long before.</summary>
    public int MemoryMebibytes { get; init; } = 768;

    /// <summary>Whether it also has the management API, on a port of its own on 127.0.0.1 (<see cref="RabbitMqBroker.ManagementPort"/>). A run needs none; tests look behind the sidecar with it.</summary>
    public bool Management { get; init; }

    /// <summary>Told in a sentence what happens to the broker: started, died, runs again.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
