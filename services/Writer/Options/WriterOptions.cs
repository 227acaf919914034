using System.ComponentModel.DataAnnotations;

namespace StocksDapr.Writer.Options;

/// <summary>Section <c>Writer</c>.</summary>
internal sealed class WriterOptions
{
    public const string Section = "Writer";

    /// <summary>Bring the schema up to date at start. Off where a deployment job (<c>--migrate</c>) does it.</summary>
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>How long <c>--migrate</c> waits for a database that cannot be reached, in seconds.</summary>
    [Range(0, 3_600, ErrorMessage = "Writer:MigrateWaitSeconds is 0 to 3600, such as 60.")]
    public int MigrateWaitSeconds { get; init; } = 60;

    /// <summary>Transactions of bars under way at once. Two let one be computed while the other reaches the disk.</summary>
    [Range(1, 16, ErrorMessage = "Writer:Writers is 1 to 16, such as 2.")]
    public int Writers { get; init; } = 2;

    /// <summary>Bars after which a transaction takes no further message. Larger ones save little and make live data wait.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Writer:MaxBarsPerTransaction is 1 to 1000000, such as 20000.")]
    public int MaxBarsPerTransaction { get; init; } = 20_000;

    [Range(1, 5_000, ErrorMessage = "Writer:MaxMessagesPerTransaction is 1 to 5000, such as 256.")]
    public int MaxMessagesPerTransaction { get; init; } = 256;

    /// <summary>Messages that wait in each lane, live and history, before deliveries wait for room.</summary>
    [Range(1, 10_000, ErrorMessage = "Writer:QueuedMessages is 1 to 10000, such as 128.")]
    public int QueuedMessages { get; init; } = 128;

    /// <summary>The longest pause after a failed transaction; the first one is 100 ms, each further one twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Writer:MaxPause is 0.1 s to 10 min, such as 00:00:05.")]
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Days after its end at which a run is deleted, with its steps, requests and receipts; 0: never.</summary>
    [Range(0, 36_500, ErrorMessage = "Writer:RunRetentionDays is 0, for ever, to 36500, such as 90.")]
    public int RunRetentionDays { get; init; } = 90;

    /// <summary>How long a stored or corrected bar stays in the log of the stream: who was away for longer reads the bars anew.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00", ErrorMessage = "Writer:StreamRetention is 1 min to 1 day, such as 01:00:00.")]
    public TimeSpan StreamRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Days after which option quotes are deleted, by the month, and contracts after their expiry; 0: never.</summary>
    [Range(0, 36_500, ErrorMessage = "Writer:OptionRetentionDays is 0, for ever, to 36500, such as 365.")]
    public int OptionRetentionDays { get; init; } = 365;
}
