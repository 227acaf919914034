using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>Names of what the engine has in the database, all with the component's table prefix.</summary>
internal sealed class WorkflowTables
{
    private readonly string _hash;

    public WorkflowTables(string prefix)
    {
        Prefix = prefix;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(prefix));
        _hash = Convert.ToHexStringLower(hash.AsSpan(0, 4));
        LockClass = BinaryPrimitives.ReadInt32BigEndian(hash);
    }

    public string Prefix { get; }

    public string Schema => Prefix + "workflow_schema";

    /// <summary>The engines that are known. Who holds the advisory lock (<see cref="LockClass"/>, id) lives.</summary>
    public string Engines => Prefix + "workflow_engines";

    /// <summary>The last group of changes that each engine has stored.</summary>
    public string Groups => Prefix + "workflow_groups";

    public string Instances => Prefix + "workflow_instances";

    public string History => Prefix + "workflow_history";

    public string Inbox => Prefix + "workflow_inbox";

    public string InboxSequence => Prefix + "workflow_inbox_sequence";

    /// <summary>First half of the advisory locks' keys; the second is the engine's id, or 0 for the schema.</summary>
    public int LockClass { get; }

    /// <summary>Start of the channels on which engines are woken; the engine's id follows.</summary>
    public string ChannelStart => "workflow_" + _hash + "_";

    public string Channel(int engine) => ChannelStart + engine.ToString(CultureInfo.InvariantCulture);
}
