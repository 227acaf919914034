using System.Text.Json.Nodes;
using StocksDapr.Conformance.Replaying;
using StocksDapr.Conformance.Workflows;
using StocksDapr.Support;

namespace StocksDapr.Conformance;

/// <summary>Holds the workflow engine to recorded conversations with a worker and a client: on PostgreSQL, and in memory as far as nothing has to survive; what has to is killed as a process as well.</summary>
[Collection(ConformanceTests.Collection)]
public sealed class WorkflowConformanceTests(ConversationRun run) : IClassFixture<ConversationRun>
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var (store, recorded) in ConversationRun.All) cases.Add(store, Conversation.IdOf(recorded));
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_engine_does_what_was_recorded(string store, string id)
    {
        var differences = await run.DifferencesAsync(store, id);

        differences.Should().BeEmpty();
    }
}

/// <summary>Holds all conversations, each with a sidecar of its own, some at the same time.</summary>
public sealed class ConversationRun : IAsyncLifetime, IDisposable
{
    private const int AtOnce = 4;
    private const string Postgres = "postgresql";
    private const string Memory = "in memory";
    private const string Process = "postgresql, a process of its own";

    private readonly PostgresFixture _postgres = new();
    private readonly RabbitMqFixture _rabbitMq = new();
    private readonly SemaphoreSlim _slots = new(AtOnce);
    private readonly IReadOnlyList<string>? _command = SidecarProcesses.CommandOfEnvironment();
    private Dictionary<(string, string), Task<IReadOnlyList<string>>> _conversations = [];

    internal static IEnumerable<(string Store, JsonObject Recorded)> All =>
        Recording.Conversations.SelectMany(recorded => Conversation.SurvivesRestart(recorded) ? (IEnumerable<string>)[Postgres, Process] : [Postgres, Memory], (recorded, store) => (store, recorded));

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _conversations = All.ToDictionary(item => (item.Store, Conversation.IdOf(item.Recorded)), item => Task.Run(() => HoldAsync(item.Store, item.Recorded)));
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_conversations.Values);
        await _postgres.DisposeAsync();
    }

    public void Dispose() => _slots.Dispose();

    internal Task<IReadOnlyList<string>> DifferencesAsync(string store, string id) => _conversations[(store, id)];

    private async Task<IReadOnlyList<string>> HoldAsync(string store, JsonObject recorded)
    {
        await _slots.WaitAsync();
        try
        {
            await using var setup = await ReplaySetup.StartAsync(Setup(store), _postgres, _rabbitMq, store == Process ? _command ?? SidecarProcess.DevelopmentSidecar : _command);
            return await new Conversation(recorded, setup).HoldAsync();
        }
        catch (Exception failure)
        {
            return [failure.ToString()];
        }
        finally
        {
            _slots.Release();
        }
    }

    private JsonObject Setup(string store)
    {
        var setup = Recording.Setups["workflow-http"]!.DeepClone().AsObject();

        // Only real daprd needs a while until its placement knows it.
        if (_command is null) setup["settleMs"] = 0;
        if (store != Memory) return setup;
        setup["resources"] = new JsonArray("actor-store-in-memory.yaml");
        setup["services"] = new JsonArray();
        return setup;
    }
}
