namespace StocksDapr.Collector.Imports;

/// <summary>An import whose messages are published, and whose receipt is awaited.</summary>
/// <param name="manifest">The import.</param>
/// <param name="since">Timestamp from which it is watched.</param>
/// <param name="attempt">How often it has been read, from 1.</param>
internal sealed class ImportWatch(ImportManifest manifest, long since, int attempt)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public ImportManifest Manifest { get; } = manifest;

    public long Since { get; } = since;

    public int Attempt { get; } = attempt;

    /// <summary>Reading it ended in an error that is not the file's fault.</summary>
    public bool Broke { get; init; }

    /// <summary>Batches stored when it was last asked.</summary>
    public int Done { get; private set; }

    /// <summary>Timestamp of the last change.</summary>
    public long LastProgress { get; private set; } = since;

    /// <summary>Timestamp from which to ask again.</summary>
    public long NextAsk { get; private set; }

    public void Progress(int done, TimeProvider time)
    {
        Done = done;
        LastProgress = time.GetTimestamp();
        Wait(time);
    }

    /// <summary>Asks the less often the longer it takes.</summary>
    public void Wait(TimeProvider time)
    {
        var pause = time.GetElapsedTime(Since) / 8;
        pause = pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
        NextAsk = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
    }
}
