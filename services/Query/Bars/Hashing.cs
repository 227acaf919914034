using System.Runtime.InteropServices;

namespace StocksDapr.Query.Bars;

/// <summary>
/// A quick 64-bit hash (FNV-1a over 8-byte words, then mixed), the same in every process. It notices change and damage; it is no
/// protection against someone who wants a collision, and nothing here needs one.
/// </summary>
internal static class Hashing
{
    public const ulong Seed = 14_695_981_039_346_656_037;

    private const ulong Prime = 1_099_511_628_211;

    public static ulong Add(ulong hash, ulong value)
    {
        hash = (hash ^ value) * Prime;
        return hash ^ (hash >> 29);
    }

    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            hash = Add(hash, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            hash = Add(hash, rest);
        return Add(hash, (ulong)bytes.Length);
    }

    public static ulong Add(ulong hash, string text) => Add(hash, MemoryMarshal.AsBytes(text.AsSpan()));
}
