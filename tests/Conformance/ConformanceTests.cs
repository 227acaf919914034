using StocksDapr.Conformance.Replaying;
using StocksDapr.Support;

namespace StocksDapr.Conformance;

/// <summary>Holds the development sidecar to what real Dapr was seen to do, case by case; or the binary that the environment names.</summary>
[Collection(Collection)]
public sealed class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    internal const string Collection = "one after the other, since cases look at times";

    public static TheoryData<string, string> Cases() => Recording.TheoryOf(Recording.Areas);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_sidecar_does_what_was_recorded(string area, string id)
    {
        var differences = await run.DifferencesAsync(area, id);

        differences.Should().BeEmpty();
    }
}

/// <summary>The same for sidecars in processes of their own, in the areas where that makes a difference: starts, ends, and calls from one to the other.</summary>
[Collection(ConformanceTests.Collection)]
public sealed class StandaloneConformanceTests(StandaloneRun run) : IClassFixture<StandaloneRun>
{
    public static TheoryData<string, string> Cases() => Recording.TheoryOf(StandaloneRun.AreasOfProcesses, StandaloneRun.IsForProcesses);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_sidecar_does_what_was_recorded(string area, string id)
    {
        var differences = await run.DifferencesAsync(area, id);

        differences.Should().BeEmpty();
    }
}

/// <summary>Areas replayed against processes.</summary>
public sealed class StandaloneRun() : ConformanceRun(AreasOfProcesses, SidecarProcess.DevelopmentSidecar, IsForProcesses)
{
    /// <summary>Its policy gives a call half a second, which the first call between two processes that have only just started may need for itself.</summary>
    private const string SetupInAHurry = "invoke-resilient";

    internal static readonly string[] AreasOfProcesses = ["startup", "shutdown", "invoke"];

    internal static bool IsForProcesses(RecordedCase recorded) => recorded.Setup != SetupInAHurry;
}

/// <summary>Replays all areas, some at the same time: most of a replay is waiting.</summary>
public class ConformanceRun : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 4;

    private readonly PostgresFixture _postgres = new();
    private readonly RabbitMqFixture _rabbitMq = new();
    private readonly List<IAsyncLifetime> _running = [];
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<string>? _command;
    private readonly Func<RecordedCase, bool> _isWanted;
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private Dictionary<string, Task<Dictionary<string, IReadOnlyList<string>>>> _areas = [];

    public ConformanceRun()
        : this(Recording.Areas, SidecarProcesses.CommandOfEnvironment(), static _ => true)
    {
    }

    /// <param name="areas">What is replayed.</param>
    /// <param name="command">The binary; null = sidecars in this process.</param>
    /// <param name="isWanted">Which of their cases.</param>
    private protected ConformanceRun(IReadOnlyList<string> areas, IReadOnlyList<string>? command, Func<RecordedCase, bool> isWanted) =>
        (_names, _command, _isWanted) = (areas, command, isWanted);

    public async Task InitializeAsync()
    {
        var services = _names.SelectMany(Recording.Cases).SelectMany(recorded => recorded.Services).ToHashSet(StringComparer.Ordinal);
        if (services.Contains("postgres")) _running.Add(_postgres);
        if (services.Contains("rabbitmq")) _running.Add(_rabbitMq);
        await Task.WhenAll(_running.Select(server => server.InitializeAsync()));
        _areas = _names.ToDictionary(area => area, area => Task.Run(() => ReplayAsync(area)));
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_areas.Values);
        await Task.WhenAll(_running.Select(server => server.DisposeAsync()));
    }

    public void Dispose()
    {
        _slots.Dispose();
        GC.SuppressFinalize(this);
    }

    internal async Task<IReadOnlyList<string>> DifferencesAsync(string area, string id) => (await _areas[area])[id];

    // One start of a setup is a piece of work: all its cases, or one that wants to be alone.
    private async Task<Dictionary<string, IReadOnlyList<string>>> ReplayAsync(string area)
    {
        var cases = Recording.Cases(area).Where(_isWanted).ToList();
        var together = cases.Where(recorded => !recorded.IsAlone).GroupBy(recorded => recorded.Setup).Select(shared => ReplayAsync(shared.Key, [.. shared]));
        var alone = cases.Where(recorded => recorded.IsAlone).Select(recorded => ReplayAsync(recorded.Setup, [recorded]));
        return (await Task.WhenAll(together.Concat(alone))).SelectMany(results => results).ToDictionary(StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> ReplayAsync(string setupName, IReadOnlyList<RecordedCase> cases)
    {
        var results = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await _slots.WaitAsync();
        try
        {
            await using var setup = await ReplaySetup.StartAsync(setupName, _postgres, _rabbitMq, _command);
            foreach (var recorded in cases) results[recorded.Id] = await RunAsync(recorded, setup);
        }
        catch (Exception failure)
        {
            foreach (var recorded in cases) results.TryAdd(recorded.Id, [$"the setup {setupName} failed: {failure}"]);
        }
        finally
        {
            _slots.Release();
        }

        return results;
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
