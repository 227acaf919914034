namespace StocksDapr.Collector.Imports;

/// <summary>Says how much room a disk has.</summary>
internal interface IDiskSpace
{
    long AvailableBytes(string folder);
}

/// <inheritdoc/>
internal sealed class DiskSpace : IDiskSpace
{
    public long AvailableBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
}
