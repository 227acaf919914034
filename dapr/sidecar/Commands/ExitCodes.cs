namespace StocksDapr.Sidecar.Commands;

/// <summary>What the commands end with.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Asked for the state of a run: there is none (as init scripts answer it).</summary>
    public const int NotRunning = 3;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
