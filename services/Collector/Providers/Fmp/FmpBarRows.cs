using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>
/// Reads rows of bars, newest or oldest first. The unadjusted endpoint calls its raw prices <c>adjOpen</c>, <c>adjHigh</c> and so on; where a row has both, the
/// plain name is the price and the other one is adjusted. Volumes may be written as 5.545036E7.
/// </summary>
internal sealed class FmpBarRows(string symbol, BarsWindow window)
{
    private readonly ExchangeClock _clock = window.Interval.IsIntraday ? ExchangeClock.NewYork() : ExchangeClock.Dates;
    private readonly List<RawBar> _bars = new(256);
    private BarSpacing _spacing;
    private int _unnamed;
    private int _timed;
    private bool _isOfAnother;
    private bool _isElsewhere;
    private bool _isBeside;

    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> Read(ReadOnlyMemory<byte> body, string symbol, BarsWindow window)
    {
        var rows = new FmpBarRows(symbol, window);
        var found = FmpEnvelope.Read(body, symbol, rows.Read);
        return new Dictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>(StringComparer.Ordinal) { [symbol] = rows.ToAnswer(found) };
    }

    private SymbolAnswer<IReadOnlyList<RawBar>> ToAnswer(bool found)
    {
        if (!found)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.UnknownSymbol, $"The provider does not know {symbol}.");
        if (_isOfAnother)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"The answer is about another symbol than {symbol}.");

        // A bar without a time cannot even go to quarantine; without an error it would look as if the vendor had no such bar.
        if (_unnamed > 0)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"{_unnamed} bars have no readable time.");

        // Days have no time of day, but perhaps the one that is under way.
        if (_spacing.IsNotOf(window.Interval) || _timed > 1)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The bars are of another interval than was asked.");
        return _bars.Count == 0 && _isElsewhere && !_isBeside
            ? SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The bars are of another range than was asked.")
            : SymbolAnswer<IReadOnlyList<RawBar>>.Of(AskedBars.Ascending(_bars));
    }

    private void Read(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.StartObject)
            ReadRow(ref reader);
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A bar is not an object.");
    }

    private void ReadRow(ref Utf8JsonReader reader)
    {
        DateTimeOffset? start = null;
        Price open = default, high = default, low = default, close = default;
        RawValue volume = default;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("date"u8))
            {
                start = reader.Next() == JsonTokenType.String ? _clock.Read(reader.ValueSpan) : null;
                if (!window.Interval.IsIntraday && reader.TokenType == JsonTokenType.String && HasTime(reader.ValueSpan))
                    _timed++;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("symbol"u8))
            {
                _isOfAnother |= !FmpSymbols.Is(reader.NextText(), symbol);
            }
            else if (reader.ValueTextEquals("volume"u8))
            {
                volume = reader.NextValue();
            }
            else if (!open.TryTake(ref reader, "open"u8, "adjOpen"u8) && !high.TryTake(ref reader, "high"u8, "adjHigh"u8)
                && !low.TryTake(ref reader, "low"u8, "adjLow"u8) && !close.TryTake(ref reader, "close"u8, "adjClose"u8))
            {
                reader.SkipValue();
            }
        }

        if (!open.IsThere && !high.IsThere && !low.IsThere && !close.IsThere)
            throw new JsonException("What the answer has are no bars.");
        if (start is not { } named)
        {
            _unnamed++;
            return;
        }

        _spacing.Add(named, window.Interval);
        if (window.Holds(named))
        {
            _bars.Add(new RawBar(named, open.Value, high.Value, low.Value, close.Value, volume));
            return;
        }

        _isElsewhere = true;
        _isBeside |= window.IsBeside(named);
    }

    private static bool HasTime(ReadOnlySpan<byte> text) => VendorJson.TryReadLocalTime(text, out _, out var time) && time != TimeOnly.MinValue;

    /// <summary>A price that may stand under either of two names.</summary>
    private struct Price
    {
        private bool _isPlain;

        public RawValue Value { get; private set; }

        public bool IsThere { get; private set; }

        public bool TryTake(ref Utf8JsonReader reader, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> other)
        {
            var isPlain = reader.ValueTextEquals(plain);
            if (!isPlain && !reader.ValueTextEquals(other))
                return false;

            var value = reader.NextValue();
            IsThere = true;
            if (isPlain || !_isPlain)
                (Value, _isPlain) = (value, isPlain);
            return true;
        }
    }
}
