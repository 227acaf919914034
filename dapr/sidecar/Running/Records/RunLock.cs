namespace StocksDapr.Sidecar.Running.Records;

/// <summary>Makes sure that one runner at a time works on a data folder. The operating system lets go of it when the runner dies, however it dies.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another runner has it.</summary>
    public static RunLock? TryTake(DataFolder folder)
    {
        Directory.CreateDirectory(folder.Path);
        try
        {
            return new RunLock(new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
