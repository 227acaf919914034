using Dapr.Client;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Contracts.Json;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>The real way to the shared ledger: a sidecar of its own, and PostgreSQL behind it.</summary>
public sealed class BudgetStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("budgets-");
    private SidecarProcess _sidecar = null!;
    private DaprClient _dapr = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "statestore.yaml"),
            $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: statestore
            spec:
              type: state.postgresql
              version: v2
              metadata:
                - name: connectionString
                  value: "{await postgres.CreateDatabaseAsync()}"
            """);
        var (http, grpc) = (FreePorts.Next(), FreePorts.Next());
        _sidecar = SidecarProcess.Start(
            SidecarProcess.DevelopmentSidecar,
            http,
            ["--app-id", "collector", "--dapr-grpc-port", $"{grpc}", "--resources-path", _folder.FullName, "--log-level", "error", "--enable-metrics=false"],
            new Dictionary<string, string> { ["STOCKS_SIDECARS"] = Path.Combine(_folder.FullName, "sidecars") },
            _folder.FullName);
        await _sidecar.WaitAsync("/v1.0/healthz/outbound");
        _dapr = new DaprClientBuilder().UseHttpEndpoint($"http://127.0.0.1:{http}").UseJsonSerializationOptions(ContractsJson.Options).Build();
    }

    public async Task DisposeAsync()
    {
        _dapr.Dispose();
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Whoever_read_the_newest_version_writes_and_nobody_else()
    {
        var state = new DaprProviderState(_dapr, TimeProvider.System);
        var (none, nothing) = await state.ReadAsync<ProviderLedger>("budget", default);
        none.Should().BeNull();

        (await TryAsync(nothing, 1)).Should().BeTrue();
        (await TryAsync(nothing, 2)).Should().BeFalse("there is one by now");
        var (_, first) = await state.ReadAsync<ProviderLedger>("budget", default);
        (await TryAsync(first, 3)).Should().BeTrue();
        (await TryAsync(first, 4)).Should().BeFalse();
        (await state.ReadAsync<ProviderLedger>("budget", default)).Value!.Of("key").DaySpent.Should().Be(3);

        async Task<bool> TryAsync(string version, int spent)
        {
            try
            {
                return await state.TryWriteAsync("budget", ProviderLedger.Empty.With("key", new KeyLedger { DaySpent = spent }), version, default);
            }
            catch (StateUnavailableException)
            {
                // Some stores say so that somebody was first.
                return false;
            }
        }
    }

    [Fact]
    public async Task Replicas_that_ask_at_once_share_what_one_key_may_spend()
    {
        using var end = new CancellationTokenSource();
        var terms = new KeyringTerms("stub", "STUB_API_KEY", new KeyLimits(8), TimeSpan.FromSeconds(30), Enabled: true);
        var replicas = Enumerable.Range(0, 3).Select(_ => new ProviderKeyring(terms, new DaprProviderState(_dapr, TimeProvider.System), TimeProvider.System, NullLogger.Instance)).ToList();
        foreach (var replica in replicas)
            replica.SetKeys(ProviderKey.Parse("only"));
        var running = replicas.Select(replica => replica.RunAsync(end.Token)).ToList();

        var asked = Enumerable.Range(0, 12).Select(request => replicas[request % 3].AcquireAsync(new RequestCost(), end.Token)).ToList();
        await Eventually.BeTrueAsync(() => asked.Count(one => one.IsCompletedSuccessfully) == 8);
        await Eventually.BeTrueAsync(async () => await replicas[0].TryLookAsync(end.Token) && replicas[0].Ledger!.Waiting.Count == 4);

        asked.Count(one => one.IsCompletedSuccessfully).Should().Be(8);
        KeyBudget.SpentInMinute(replicas[0].Ledger!.Of(replicas[0].Keys![0].Fingerprint), TimeProvider.System.GetUtcNow()).Should().Be(8);
        await end.CancelAsync();
        await FluentActions.Awaiting(() => Task.WhenAll(running.Concat(asked))).Should().ThrowAsync<OperationCanceledException>();
    }
}
