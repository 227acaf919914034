using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Running.Supervision;

/// <summary>What is known of one part of the run (an application, the sidecars, the database) at this moment; a line of the table.</summary>
internal sealed class ServiceRow(string name, string address, string? logFile)
{
    private readonly Lock _gate = new();
    private volatile ProcessIdentity? _process;
    private volatile ServiceState _state;
    private volatile string _lastLine = "";
    private volatile int _restarts;

    public string Name { get; } = name;

    /// <summary>Where it is reached; empty when it is not.</summary>
    public string Address { get; set; } = address;

    public string? LogFile { get; } = logFile;

    public ServiceState State
    {
        get => _state;
        set
        {
            lock (_gate)
                Move(value);
        }
    }

    /// <summary>It has been ready at least once in this run.</summary>
    public bool EverReady { get; private set; }

    /// <summary>Its process; null while there is none, or when it lives in the runner's own.</summary>
    public ProcessIdentity? Process
    {
        get => _process;
        set => _process = value;
    }

    /// <summary>When its process was started, by the clock of the run (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    public long StartedAt { get; set; }

    public string LastLine
    {
        get => _lastLine;
        set => _lastLine = value;
    }

    public int Restarts
    {
        get => _restarts;
        set => _restarts = value;
    }

    /// <summary>Notes what a probe saw, unless the process has ended or is being stopped meanwhile: then the probe is late.</summary>
    public void Observe(ServiceState seen)
    {
        lock (_gate)
        {
            if (_state is ServiceState.Starting or ServiceState.Unready or ServiceState.Ready)
                Move(seen);
        }
    }

    private void Move(ServiceState state)
    {
        _state = state;
        EverReady |= state == ServiceState.Ready;
    }
}
