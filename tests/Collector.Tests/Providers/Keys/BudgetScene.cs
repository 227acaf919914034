using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>Three replicas, one state store, one vendor, and callers that come again when they are told to, as workflows do.</summary>
internal sealed class BudgetScene
{
    public static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-20T15:00:00Z");

    private readonly KeyringTerms _terms;
    private readonly Replica[] _replicas;

    public BudgetScene(int seed, KeyLimits limits, int keys, TimeSpan? skew = null, DateTimeOffset? start = null)
    {
        World = new VirtualWorld(seed, start ?? Start);
        State = new SharedState(wait => World.DelayAsync(wait), World.Random);
        Vendor = new StrictVendor(limits);
        Secret = string.Join(',', Enumerable.Range(1, keys).Select(key => $"secret-{key}"));
        _terms = new KeyringTerms("stub", "STUB_API_KEY", limits, TimeSpan.FromSeconds(30), Enabled: true);
        Skews = [TimeSpan.Zero, skew ?? TimeSpan.Zero, -(skew ?? TimeSpan.Zero)];
        _replicas = new Replica[Skews.Length];
    }

    public VirtualWorld World { get; }

    public SharedState State { get; }

    public StrictVendor Vendor { get; }

    public string Secret { get; }

    public TimeSpan[] Skews { get; }

    /// <summary>How long the vendor takes to answer, in seconds.</summary>
    public (double From, double To) Answering { get; set; } = (0.1, 0.6);

    /// <summary>The share of requests that end without an answer, after a while.</summary>
    public double Lost { get; set; }

    /// <summary>What was sent, in order: the request's own number and when.</summary>
    public List<(int Number, DateTimeOffset At)> Sent { get; } = [];

    public Replica this[int index] => _replicas[index];

    public void Run(Func<Task> story, TimeSpan atMost) =>
        World.Run(
            async () =>
            {
                for (var index = 0; index < _replicas.Length; index++)
                    Revive(index);
                await story();
                foreach (var replica in _replicas)
                    replica.Kill();
                await Task.WhenAll(_replicas.Select(replica => replica.Running));
            },
            atMost);

    public void Revive(int index) => _replicas[index] = new Replica(World, State, _terms, Secret, Skews[index]);

    /// <summary>Asks until there is an answer. Where the replica is killed, another one takes the request over after a while.</summary>
    public async Task RequestAsync(int number, int index, int credits, DateTimeOffset? dueSince)
    {
        while (true)
        {
            var replica = _replicas[index];
            try
            {
                var grant = await replica.Keyring.AcquireAsync(new RequestCost(credits, dueSince), replica.Life);
                if (grant.Error is { } error)
                {
                    error.Kind.Should().BeOneOf(ProviderErrorKind.RateLimited, ProviderErrorKind.Unavailable);
                    await World.DelayAsync(error.RetryAfter!.Value, replica.Life);
                    continue;
                }

                if (await SendAsync(replica, grant, number))
                    return;
            }
            catch (OperationCanceledException) when (replica.Life.IsCancellationRequested)
            {
                await World.DelayAsync(World.Between(1, 10));
                index = (index + 1) % _replicas.Length;
            }
        }
    }

    /// <returns>Whether there was an answer.</returns>
    private async Task<bool> SendAsync(Replica replica, KeyGrant grant, int number)
    {
        Sent.Add((number, World.Now));
        var isLost = World.Random.NextDouble() < Lost;
        var wait = isLost ? World.Between(1, 30) : World.Between(Answering.From, Answering.To);

        // It arrives some time between; one that was given up perhaps a little later still.
        Vendor.Arrive(grant.Secret!, World.Now + ((isLost ? wait + TimeSpan.FromSeconds(3) : wait) * World.Random.NextDouble()), grant.Cost.Credits);
        await World.DelayAsync(wait, replica.Life);
        var error = isLost ? new ProviderError(ProviderErrorKind.TimedOut, "No answer.") : null;
        await replica.Keyring.ReportAsync(grant, new KeyReport(error, null), replica.Life);
        return !isLost;
    }
}
