using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running.Records;

internal enum RunState
{
    Starting,
    Ready,

    /// <summary>It was ready and something is not any more.</summary>
    Degraded,

    /// <summary>It cannot become ready; see the problem.</summary>
    Failed,
    Stopping,
    Stopped,
}

/// <summary>What <c>run.json</c> says of a run, for the other commands and for a runner that comes after one that was killed.</summary>
internal sealed record RunRecord
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required ProcessIdentity Runner { get; init; }

    public required RunState State { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public string? Problem { get; init; }

    public required string Template { get; init; }

    /// <summary>The gateway's address, <c>http://127.0.0.1:8080</c>; null when the template has none.</summary>
    public string? Gateway { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public IReadOnlyList<RecordedService> Services { get; init; } = [];

    /// <summary>The record in the folder; null when there is none that can be read.</summary>
    public static RunRecord? Read(DataFolder folder)
    {
        try
        {
            using var stream = new FileStream(folder.RecordFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize<RunRecord>(stream, Json);
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes the record in one step, so that nobody ever reads half of it.</summary>
    public void Write(DataFolder folder)
    {
        var unfinished = folder.RecordFile + ".new";
        File.WriteAllText(unfinished, ToJson());
        File.Move(unfinished, folder.RecordFile, overwrite: true);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>One part of a recorded run.</summary>
internal sealed record RecordedService(
    string Name, ServiceState State, string Address, ProcessIdentity? Process, int Restarts, string? LogFile, string LastLine);
