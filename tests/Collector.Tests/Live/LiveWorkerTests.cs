using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Tests.Providers.Keys;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Live;

/// <summary>Replicas of the service over one state store.</summary>
public sealed class LiveWorkerTests : IAsyncLifetime
{
    private static readonly Session Session = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2026, 11, 20));
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly LiveScene _scene = new(Session.Open.AddSeconds(10)) { Timers = 1 };
    private readonly SharedState _state = new(_ => Task.CompletedTask, new Random(1));
    private readonly List<(LiveWorker Worker, Line State)> _replicas = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var (worker, _) in _replicas)
        {
            await worker.StopAsync(default);
            worker.Dispose();
        }

        _scene.Dispose();
    }

    [Fact]
    public async Task One_replica_streams_and_when_it_stops_the_other_one_goes_on_at_once()
    {
        await StartAsync();
        await _scene.ConnectedAsync();
        await StartAsync();
        await _scene.UntilAsync(() => _scene.Time.GetUtcNow() > Session.Open.AddMinutes(3), Long);
        _scene.Stream.Connections.Should().ContainSingle("the lease is held");

        await _replicas[0].Worker.StopAsync(default);
        _scene.Stream.Open.Should().Be(0);
        var stopped = _scene.Time.GetUtcNow();
        await _scene.ConnectedAsync(2);

        (_scene.Time.GetUtcNow() - stopped).Should().BeLessThan(_scene.Options.LeaseFor, "it was released");
        _scene.Stream.MostOpen.Should().Be(1);
    }

    [Fact]
    public async Task A_replica_that_is_cut_off_gives_up_before_the_other_one_takes_over_and_does_not_come_between_when_it_is_back()
    {
        await StartAsync();
        await _scene.ConnectedAsync();
        await StartAsync();
        await _scene.UntilAsync(() => _scene.Time.GetUtcNow() > Session.Open.AddMinutes(1), Long);

        _replicas[0].State.IsCut = true;
        var cut = _scene.Time.GetUtcNow();
        await _scene.ConnectedAsync(2);

        (_scene.Time.GetUtcNow() - cut).Should().BeLessThan(_scene.Options.LeaseFor * 4, "nobody waits for long");
        _replicas[0].State.IsCut = false;
        await _scene.UntilAsync(() => _scene.Time.GetUtcNow() > cut.AddMinutes(3), Long);
        (_scene.Stream.Connections.Count, _scene.Stream.MostOpen).Should().Be((2, 1));
        _scene.Others.Asked.Should().Be(2, "each asked what the other one was forming");
    }

    [Fact]
    public async Task While_the_state_store_is_away_nobody_streams_and_afterwards_somebody_does()
    {
        await StartAsync();
        await StartAsync();
        await _scene.ConnectedAsync();

        _replicas.ForEach(replica => replica.State.IsCut = true);
        await _scene.UntilAsync(() => _scene.Stream.Open == 0, Soon);
        _replicas.ForEach(replica => replica.State.IsCut = false);

        await _scene.ConnectedAsync(2);
        _scene.Stream.MostOpen.Should().Be(1);
    }

    [Fact]
    public async Task A_feed_that_fails_begins_anew()
    {
        await StartAsync();
        await _scene.ConnectedAsync();

        _scene.Stream.Latest.Trades.Writer.Complete(new InvalidOperationException("A bug."));

        await _scene.ConnectedAsync(2);
        _scene.Stream.MostOpen.Should().Be(1);
    }

    [Fact]
    public async Task Every_replica_can_say_how_the_stream_does()
    {
        var states = new LiveStates([new LiveSource(_scene.Stream, _scene.Time)], _scene.Options, _state, _scene.Time);
        (await states.GetAsync("scripted", default))!.State.Should().Be("nobody");
        (await states.GetAsync("another", default)).Should().BeNull("it has no stream");

        _scene.Stream.HasKey = false;
        await StartAsync();
        await ShouldBecomeAsync("notConfigured");
        _scene.Stream.HasKey = true;
        await ShouldBecomeAsync("connecting");
        _scene.Stream.Latest.Send(_scene.Trade());
        await ShouldBecomeAsync("streaming");
        (await states.GetAsync("scripted", default))!.Symbols.Should().Be(2);

        _replicas[0].State.IsCut = true;
        await ShouldBecomeAsync("nobody");
        var cut = new LiveStates([new LiveSource(_scene.Stream, _scene.Time)], _scene.Options, _replicas[0].State, _scene.Time);
        (await cut.GetAsync("scripted", default))!.State.Should().Be("unknown");

        Task ShouldBecomeAsync(string state) => _scene.UntilAsync(() => states.GetAsync("scripted", default).GetAwaiter().GetResult()!.State == state, Long);
    }

    private async Task StartAsync()
    {
        var state = new Line(_state);
        var worker = _scene.Replica(state);
        _replicas.Add((worker, state));
        await worker.StartAsync(default);
    }

    /// <summary>One replica's way to the state store.</summary>
    private sealed class Line(IProviderState state) : IProviderState
    {
        public volatile bool IsCut;

        public Task<(T? Value, string Version)> ReadAsync<T>(string key, CancellationToken cancellationToken)
            where T : class =>
            IsCut ? throw new StateUnavailableException("The line is cut.") : state.ReadAsync<T>(key, cancellationToken);

        public Task<bool> TryWriteAsync<T>(string key, T value, string version, CancellationToken cancellationToken)
            where T : class =>
            IsCut ? throw new StateUnavailableException("The line is cut.") : state.TryWriteAsync(key, value, version, cancellationToken);
    }
}
