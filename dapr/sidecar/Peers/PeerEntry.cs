using System.Text.Json.Serialization;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Peers;

/// <summary>What a sidecar tells the others of its user on this machine.</summary>
internal sealed record PeerEntry
{
    /// <summary>Names its file.</summary>
    public required string Id { get; init; }

    public required string AppId { get; init; }

    /// <summary><c>NAMESPACE</c>; null when none is set.</summary>
    public string? Namespace { get; init; }

    /// <summary>It belongs to a run; false for a sidecar alone.</summary>
    public bool IsRun { get; init; }

    /// <summary>The group of sidecars in one process that reach each other without this entry.</summary>
    public required string Mesh { get; init; }

    /// <summary>The machine, since a home folder may be shared by several.</summary>
    public required string Machine { get; init; }

    /// <summary>Port on 127.0.0.1 for calls of other sidecars.</summary>
    public required int Port { get; init; }

    /// <summary>What such a call must carry.</summary>
    public required string Secret { get; init; }

    public required ProcessIdentity Process { get; init; }
}

/// <summary>Reads and writes entries without reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PeerEntry))]
internal sealed partial class PeerEntryJson : JsonSerializerContext;
