using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Contracts.Json;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>A state store with versions, as slow and as faulty as a test likes. Values are JSON, as in a real one. Safe to use from several threads.</summary>
internal sealed class SharedState(Func<TimeSpan, Task> delay, Random random) : IProviderState
{
    private readonly Dictionary<string, (string Json, int Version)> _values = [];

    /// <summary>How long a call takes at most, each way.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The share of calls that fail before anything has happened, and of writes that happen and whose answer is lost.</summary>
    public double Failing { get; set; }

    public bool IsAway { get; set; }

    public int Writes { get; private set; }

    public int Conflicts { get; private set; }

    public IEnumerable<string> Texts => _values.Values.Select(value => value.Json);

    public async Task<(T? Value, string Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
        where T : class
    {
        await TravelAsync(cancellationToken);
        (T?, string) found;
        lock (_values)
        {
            found = _values.TryGetValue(key, out var value)
                ? (JsonSerializer.Deserialize<T>(value.Json, ContractsJson.Options), value.Version.ToString(CultureInfo.InvariantCulture))
                : (null, "");
        }

        await TravelAsync(cancellationToken);
        return found;
    }

    public async Task<bool> TryWriteAsync<T>(string key, T value, string version, CancellationToken cancellationToken)
        where T : class
    {
        await TravelAsync(cancellationToken);
        bool isWritten;
        lock (_values)
        {
            var found = _values.TryGetValue(key, out var stored);
            isWritten = version == (found ? stored.Version.ToString(CultureInfo.InvariantCulture) : "");
            if (isWritten)
            {
                _values[key] = (JsonSerializer.Serialize(value, ContractsJson.Options), stored.Version + 1);
                Writes++;
            }
            else
            {
                Conflicts++;
            }
        }

        await TravelAsync(cancellationToken);
        return isWritten;
    }

    private async Task TravelAsync(CancellationToken cancellationToken)
    {
        if (Latency > TimeSpan.Zero)
            await delay(Latency * Chance());
        cancellationToken.ThrowIfCancellationRequested();
        if (IsAway || Chance() < Failing)
            throw new StateUnavailableException("The store is away.");
    }

    private double Chance()
    {
        lock (random)
            return random.NextDouble();
    }
}
