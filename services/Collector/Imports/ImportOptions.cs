namespace StocksDapr.Collector.Imports;

/// <summary>How imports run. Section <c>Imports</c> of the configuration, apart from the folder.</summary>
internal sealed class ImportOptions
{
    public const string Section = "Imports";

    /// <summary>Where files wait: <c>imports</c> under the data folder.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Large files read at the same time; small ones have as many places of their own.</summary>
    public int ConcurrentFiles { get; set; } = 2;

    /// <summary>Bytes up to which a file is small, and does not wait behind large ones.</summary>
    public long SmallFileBytes { get; set; } = 1024 * 1024;

    /// <summary>Room left on the disk that a file must not take: databases live there too.</summary>
    public long ReservedDiskBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>How long an import may stand still before its missing batches are published again.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long POST /bars waits for its bars to be stored.</summary>
    public TimeSpan DirectWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long POST /imports waits until the receipt can be asked for.</summary>
    public TimeSpan ReceiptWait { get; set; } = TimeSpan.FromSeconds(2);
}
