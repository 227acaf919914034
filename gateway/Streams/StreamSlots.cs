using Microsoft.Extensions.Options;

namespace StocksDapr.Gateway.Streams;

/// <summary>How many streams are open, of each token and in all.</summary>
internal sealed class StreamSlots(IOptions<StreamOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _all;

    public StreamSlot TryTake(string token)
    {
        lock (_gate)
        {
            if (_all >= options.Value.Streams)
                return StreamSlot.ReplicaFull;

            var open = _open.GetValueOrDefault(token);
            if (open >= options.Value.StreamsPerToken)
                return StreamSlot.TokenFull;

            _open[token] = open + 1;
            _all++;
            return StreamSlot.Taken;
        }
    }

    public void Return(string token)
    {
        lock (_gate)
        {
            _all--;
            if (_open[token] == 1)
                _open.Remove(token);
            else
                _open[token]--;
        }
    }
}

/// <summary>Whether another stream may be opened.</summary>
internal enum StreamSlot
{
    Taken,
    TokenFull,
    ReplicaFull,
}
