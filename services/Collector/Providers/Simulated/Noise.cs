namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// Random numbers that depend on nothing but a key: the same key gives the same sequence in every process, for ever (SplitMix64,
/// Steele, Lea and Flood 2014). A key is mixed from what the numbers are for, such as seed, symbol and date.
/// </summary>
internal struct Noise(ulong key)
{
    private ulong _state = key;

    public static ulong Key(int seed, string name)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 14695981039346656037UL;
        foreach (var c in name)
            hash = (hash ^ c) * 1099511628211UL;
        return Mix(hash, (ulong)seed);
    }

    public static ulong Mix(ulong key, ulong more) => Scramble(key ^ Scramble(more + 0x9E3779B97F4A7C15UL));

    /// <summary>Uniform from 0 to below 1.</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal (Box and Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit());

    /// <summary>
    /// Nearly normal with mean 0 and deviation 1, never beyond 3.5, for a fifth of the price: the sum of four uniform numbers.
    /// </summary>
    public double NextRoughlyNormal()
    {
        var bits = NextBits();
        var sum = (ushort)bits + (ushort)(bits >> 16) + (ushort)(bits >> 32) + (int)(bits >> 48);
        return ((sum * (1.0 / 65535)) - 2) * 1.7320508075688772;
    }

    public int NextInt(int below) => (int)(NextUnit() * below);

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Scramble(_state);
    }

    private static ulong Scramble(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9UL;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBUL;
        return bits ^ (bits >> 31);
    }
}
