using System.Security.Cryptography;
using System.Text;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>One key of a vendor.</summary>
/// <param name="Number">Its place in the secret, from 1; 0 for a caller without key.</param>
/// <param name="Secret">The key itself; null for a caller without key.</param>
/// <param name="Fingerprint">
/// Names it where its budget is kept, so that a budget stays a key's own when keys are added, taken away or reordered: the first 64 bits of its
/// SHA-256, which nobody turns back into a key of a vendor.
/// </param>
internal sealed record ProviderKey(int Number, string? Secret, string Fingerprint)
{
    private const int FingerprintBytes = 8;

    /// <summary>The one "key" of a vendor that wants none.</summary>
    public static readonly ProviderKey None = new(0, null, FingerprintOf(null));

    /// <summary>The keys of a secret, each once, in its order.</summary>
    public static IReadOnlyList<ProviderKey> Parse(string? secret) =>
        [.. (secret ?? "").Split([',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Select((key, index) => Of(index + 1, key))];

    public override string ToString() => $"key {Number}";

    public static string FingerprintOf(string? secret) =>
        secret is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)).AsSpan(0, FingerprintBytes));

    private static ProviderKey Of(int number, string key) => new(number, key, FingerprintOf(key));
}
