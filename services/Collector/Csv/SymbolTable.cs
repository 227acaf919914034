using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Turns the bytes of a symbol into its one string, so that reading a million rows of 500 symbols makes 500 strings. Forgets
/// everything when a file turns out to have very many.
/// </summary>
internal sealed class SymbolTable
{
    private const int Capacity = 1 << 14;
    private const int MaxBytes = 64;

    /// <summary>Some vendors name the US exchange in front of the ticker (<c>NYSE:LMT</c>); the symbol is what follows.</summary>
    private static readonly string[] ExchangePrefixes = ["NYSE:", "NASDAQ:", "NYSEARCA:", "NYSEAMERICAN:", "AMEX:", "BATS:"];

    private readonly Entry?[] _entries = new Entry?[Capacity];
    private int _count;
    private Entry? _latest;

    /// <summary>The normalised symbol, or null when the text is not one.</summary>
    public string? Find(ReadOnlySpan<byte> text)
    {
        if (_latest is { } latest && text.SequenceEqual(latest.Text))
            return latest.Symbol;
        if (text.Length is 0 or > MaxBytes)
            return null;

        var slot = (int)(Hash(text) % Capacity);
        while (_entries[slot] is { } entry)
        {
            if (text.SequenceEqual(entry.Text))
            {
                _latest = entry;
                return entry.Symbol;
            }

            slot = (slot + 1) % Capacity;
        }

        if (!Symbol.TryNormalize(WithoutExchange(Encoding.UTF8.GetString(text)), out var symbol))
            return null;

        if (_count == Capacity / 2)
        {
            Array.Clear(_entries);
            _count = 0;
            slot = (int)(Hash(text) % Capacity);
        }

        _count++;
        _latest = _entries[slot] = new Entry(text.ToArray(), symbol);
        return symbol;
    }

    private static string WithoutExchange(string text)
    {
        var prefix = ExchangePrefixes.FirstOrDefault(prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        return prefix is null ? text : text[prefix.Length..];
    }

    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2_166_136_261u; // FNV-1a
        foreach (var value in text)
            hash = (hash ^ value) * 16_777_619u;
        return hash;
    }

    private sealed record Entry(byte[] Text, string Symbol);
}
