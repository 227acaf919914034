using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Ids that follow from names. Source: RFC 9562, section 5.5 (version 5).</summary>
internal static class NameBasedGuid
{
    private const int Size = 16;
    private static readonly Guid InstanceNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");

    /// <summary>What an instance's ids are derived from: its own id if that is one, else one that is made of it.</summary>
    public static Guid Root(string id) => Guid.TryParse(id, out var parsed) ? parsed : Create(InstanceNamespace, id);

    public static Guid Create(Guid root, string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var input = length <= 512 ? stackalloc byte[Size + length] : new byte[Size + length];
        root.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input[Size..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The RFC says SHA-1; nothing is kept secret or safe with it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..Size], bigEndian: true);
    }
}
