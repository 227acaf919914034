namespace StocksDapr.Sidecar.Running.Supervision;

/// <summary>
/// When a process that ended is started again: after half a second, then twice as long each time up to ten seconds. A run that lasted
/// starts the count anew. A process that ends quickly again and again is given up: sooner when it has never been ready,
/// since then waiting does not help.
/// </summary>
internal sealed class RestartPolicy
{
    /// <summary>A run that lasts this long was no failed start.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Quick failures in a row after which a process that has never been ready is given up.</summary>
    public int PatienceBeforeReady { get; init; } = 5;

    /// <summary>The same for one that has been ready before.</summary>
    public int PatienceAfterReady { get; init; } = 10;

    /// <summary>Quick failures in a row so far.</summary>
    public int QuickFailures { get; private set; }

    /// <summary>How long to wait before the next start; null means to give up.</summary>
    public TimeSpan? AfterExit(TimeSpan lasted, bool everReady)
    {
        QuickFailures = lasted >= Lasting ? 1 : QuickFailures + 1;
        if (QuickFailures >= (everReady ? PatienceAfterReady : PatienceBeforeReady))
            return null;
        var pause = FirstPause * Math.Pow(2, QuickFailures - 1);
        return pause < LongestPause ? pause : LongestPause;
    }
}
