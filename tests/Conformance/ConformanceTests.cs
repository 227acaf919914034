using StocksDapr.Conformance.Replaying;
using StocksDapr.Support;

namespace StocksDapr.Conformance;

/// <summary>Holds the development sidecar to what real Dapr was seen to do, case by case.</summary>
public sealed class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var area in Recording.Areas)
        {
            foreach (var recorded in Recording.Cases(area)) cases.Add(area, recorded.Id);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_sidecar_does_what_was_recorded(string area, string id)
    {
        var differences = await run.DifferencesAsync(area, id);

        differences.Should().BeEmpty();
    }
}

/// <summary>Replays all areas, some at the same time: most of a replay is waiting.</summary>
public sealed class ConformanceRun : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 4;

    private readonly PostgresFixture _postgres = new();
    private readonly RabbitMqFixture _rabbitMq = new();
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private Dictionary<string, Task<Dictionary<string, IReadOnlyList<string>>>> _areas = [];

    public async Task InitializeAsync()
    {
        await Task.WhenAll(_postgres.InitializeAsync(), _rabbitMq.InitializeAsync());
        _areas = Recording.Areas.ToDictionary(area => area, area => Task.Run(() => ReplayAsync(area)));
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_areas.Values);
        await Task.WhenAll(_postgres.DisposeAsync(), _rabbitMq.DisposeAsync());
    }

    public void Dispose() => _slots.Dispose();

    internal async Task<IReadOnlyList<string>> DifferencesAsync(string area, string id) => (await _areas[area])[id];

    private async Task<Dictionary<string, IReadOnlyList<string>>> ReplayAsync(string area)
    {
        await _slots.WaitAsync();
        try
        {
            var results = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            var cases = Recording.Cases(area);
            foreach (var shared in cases.Where(recorded => !recorded.IsAlone).GroupBy(recorded => recorded.Setup)) await ReplayAsync(shared.Key, [.. shared], results);
            foreach (var alone in cases.Where(recorded => recorded.IsAlone)) await ReplayAsync(alone.Setup, [alone], results);
            return results;
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task ReplayAsync(string setupName, IReadOnlyList<RecordedCase> cases, Dictionary<string, IReadOnlyList<string>> results)
    {
        try
        {
            await using var setup = await ReplaySetup.StartAsync(setupName, _postgres, _rabbitMq);
            foreach (var recorded in cases) results[recorded.Id] = await RunAsync(recorded, setup);
        }
        catch (Exception failure)
        {
            foreach (var recorded in cases) results.TryAdd(recorded.Id, [$"the setup {setupName} failed: {failure}"]);
        }
    }

    private static async Task<IReadOnlyList<string>> RunAsync(RecordedCase recorded, ReplaySetup setup)
    {
        try
        {
            await CaseReplay.PrepareAsync(setup, Recording.Before[recorded.Id]?.AsArray() ?? []);
            return await new CaseReplay(recorded, setup).RunAsync();
        }
        catch (Exception failure)
        {
            return [failure.ToString()];
        }
    }
}
