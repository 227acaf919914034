using System.ComponentModel.DataAnnotations;

namespace StocksDapr.Gateway.Streams;

/// <summary>Section <c>Stream</c>. The limits hold per replica of the gateway.</summary>
internal sealed class StreamOptions
{
    /// <summary>Open streams per token.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Stream:StreamsPerToken must be 1 to 1000000, such as 100.")]
    public int StreamsPerToken { get; set; } = 100;

    /// <summary>Open streams of all tokens.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Stream:Streams must be 1 to 1000000, such as 5000.")]
    public int Streams { get; set; } = 5_000;

    /// <summary>How many events are kept in memory: a reader may be so many behind, and one that comes back so many late, before Query has to be asked.</summary>
    [Range(16, 10_000_000, ErrorMessage = "Stream:KeptEvents must be 16 to 10000000, such as 32768.")]
    public int KeptEvents { get; set; } = 32_768;

    /// <summary>After how long without an event a heartbeat is sent.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Stream:HeartbeatEvery must be 1 s to 5 min, such as 00:00:15.")]
    public TimeSpan HeartbeatEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a reader may take nothing at all before its connection is closed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Stream:StalledAfter must be 1 s to 10 min, such as 00:00:20.")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromSeconds(20);
}
