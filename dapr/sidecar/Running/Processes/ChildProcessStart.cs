namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>How to start a child process.</summary>
internal sealed record ChildProcessStart
{
    /// <summary>The program, looked for in PATH when it is a bare name, and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Added to this process' own environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Called for every line of standard output and standard error, one at a time per stream.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>What the child gets, where the system can do that, when this process dies.</summary>
    public UnixSignal OnParentDeath { get; init; } = UnixSignal.Kill;

    /// <summary>The account to run as when this process is root; null keeps the account.</summary>
    public string? Account { get; init; }
}
