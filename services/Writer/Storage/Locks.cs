namespace StocksDapr.Writer.Storage;

/// <summary>The advisory locks of the market database. Whoever else takes advisory locks there must stay clear of these.</summary>
internal static class Locks
{
    /// <summary>Session lock (single key) that one migrating process holds.</summary>
    public const long Migration = 5_271_000;

    /// <summary>Transaction locks (class, symbol id): whoever writes a symbol's series holds its lock.</summary>
    public const int SymbolClass = 5_271_001;

    /// <summary>Transaction lock (single key) of the replica that prunes runs.</summary>
    public const long RunPruning = 5_271_003;

    /// <summary>Transaction locks (class, year): create_bars_partition in the migrations takes them.</summary>
    public const int PartitionClass = 5_271_002;

    /// <summary>Transaction lock (single key): whoever takes positions of the stream holds it, as the last one before the commit.</summary>
    public const long Stream = 5_271_004;

    /// <summary>Transaction lock (single key) of the replica that prunes the stream.</summary>
    public const long StreamPruning = 5_271_005;

    /// <summary>Transaction locks (class, month): create_option_partition in the migrations takes them.</summary>
    public const int OptionPartitionClass = 5_271_006;

    /// <summary>Transaction locks (class, symbol id): whoever writes the option quotes of an underlying holds its lock.</summary>
    public const int OptionClass = 5_271_007;

    /// <summary>Transaction lock (single key) of the replica that prunes option quotes.</summary>
    public const long OptionPruning = 5_271_008;
}
