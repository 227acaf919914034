using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Peers;

public sealed class PeerTests : IDisposable
{
    private readonly OneMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Replicas_take_turns_and_those_that_come_and_go_are_noticed_at_once()
    {
        await using var caller = await StartAsync("caller", null);
        await using var first = await StartAsync("query", "first");
        (await AnswersAsync(caller, 2)).Should().Equal("first", "first");

        var second = await StartAsync("query", "second");
        (await AnswersAsync(caller, 4)).Should().BeEquivalentTo("first", "first", "second", "second");

        await second.DisposeAsync();
        (await AnswersAsync(caller, 3)).Should().Equal("first", "first", "first");
    }

    [Fact]
    public async Task A_run_sees_itself_and_sidecars_alone_but_no_other_run()
    {
        var (mesh, otherMesh) = (_machine.Mesh(isRun: true), _machine.Mesh(isRun: true));
        await using var query = await StartAsync("query", "of this run", mesh);
        await using var gateway = await StartAsync("caller", null, mesh);
        await using var otherQuery = await StartAsync("query", "of the other run", otherMesh);
        (await AnswersAsync(gateway, 2)).Should().Equal("of this run", "of this run");

        await using var replica = await StartAsync("query", "alone");
        (await AnswersAsync(gateway, 4)).Should().BeEquivalentTo("of this run", "of this run", "alone", "alone");

        await using var foreign = await StartAsync("foreign", null);
        (await AnswersAsync(foreign, 6)).Distinct().Should().BeEquivalentTo("of this run", "of the other run", "alone");
    }

    [Fact]
    public async Task The_callees_own_rules_hold_for_calls_from_elsewhere()
    {
        await using var callee = await StartAsync("query", "said", change: options => options with { AppToken = "for-the-app", ApiToken = "for-clients" });
        await using var none = await RunningApp.StartAsync(null, mesh: _machine.Mesh(), options: options => options with { AppId = "none" });
        await using var caller = await StartAsync("caller", null);

        (await caller.Client.GetStringAsync("/v1.0/invoke/query/method/token")).Should().Be("for-the-app");
        (await ErrorAsync(caller, "/v1.0/invoke/none/method/x")).Should().Be("failed to invoke, id: none, err: rpc error: code = Internal desc = app channel is not initialized");

        await callee.CrashAsync();
        (await ErrorAsync(caller, "/v1.0/invoke/query/method/x")).Should()
            .Be($"failed to invoke, id: query, err: rpc error: code = Internal desc = error invoking app channel: Get \"http://127.0.0.1:{callee.AppPort}/x\": dial tcp 127.0.0.1:{callee.AppPort}: connect: connection refused");
    }

    [Fact]
    public async Task The_internal_port_takes_no_call_without_the_secret()
    {
        var reached = false;
        await using var callee = await RunningApp.StartAsync(
            http =>
            {
                reached |= http.Request.Path == "/x";
                return Task.CompletedTask;
            },
            mesh: _machine.Mesh(),
            options: options => options with { AppId = "query" });
        var entry = JsonDocument.Parse(await File.ReadAllTextAsync(Directory.GetFiles(_machine.Path).Single())).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{entry.GetProperty("port").GetInt32()}") };

        (await client.GetAsync("/x")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Add(PeerChannel.SecretHeader, "guessed");
        (await client.GetAsync("/x")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        reached.Should().BeFalse();
        client.DefaultRequestHeaders.Remove(PeerChannel.SecretHeader);
        client.DefaultRequestHeaders.Add(PeerChannel.SecretHeader, entry.GetProperty("secret").GetString());
        (await client.GetAsync("/x")).StatusCode.Should().Be(HttpStatusCode.OK);
        reached.Should().BeTrue();
    }

    [Fact]
    public async Task Entries_are_for_the_user_alone_and_a_folder_that_is_open_to_others_is_not_used()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var callee = await StartAsync("query", "said");
        File.GetUnixFileMode(_machine.Path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Directory.GetFiles(_machine.Path).Single()).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        File.SetUnixFileMode(_machine.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        var loggers = new RecordingLoggers();
        PeerDirectory.TryOpen(isRun: false, _machine.Environment.GetValueOrDefault, loggers, TimeProvider.System).Should().BeNull();
        loggers.Messages.Select(line => line.Message).Should().ContainMatch("*open to other users (GroupRead)*chmod 700*");
    }

    [Fact]
    public async Task A_killed_sidecar_is_tried_again_and_found_when_it_comes_back()
    {
        await using var caller = await StartAsync("caller", null);
        await using var app = await RunningApp.StartAsync(http => http.Response.WriteAsync("served"), options: options => options with { AppId = "unused" });
        await using var killed = StartProcess(app.AppPort);
        await killed.WaitAsync();
        (await AnswersAsync(caller, 1)).Should().Equal("served");

        await killed.KillAsync();
        (await ErrorAsync(caller, "/v1.0/invoke/query/method/x")).Should()
            .Match("failed to invoke, id: query, err: failed to invoke target query after 3 retries. Error: rpc error: code = Unavailable desc = connection error:*connection refused\"");
        var calling = caller.Client.GetStringAsync("/v1.0/invoke/query/method/x");
        await using var back = StartProcess(app.AppPort);
        (await calling).Should().Be("served");

        // Whoever starts takes away what the dead one left.
        Directory.GetFiles(_machine.Path).Should().HaveCount(2);
    }

    [Fact]
    public async Task Rubbish_in_the_folder_is_passed_over()
    {
        await using var caller = await StartAsync("caller", null);
        await File.WriteAllTextAsync(Path.Combine(_machine.Path, "rubbish.json"), "{\"appId\":");
        await File.WriteAllTextAsync(Path.Combine(_machine.Path, "null.json"), "null");
        await using var callee = await StartAsync("query", "said");

        (await AnswersAsync(caller, 1)).Should().Equal("said");
    }

    private SidecarProcess StartProcess(int appPort) => SidecarProcess.Start(
        SidecarProcess.DevelopmentSidecar,
        FreePorts.Next(),
        ["--app-id", "query", "--app-port", $"{appPort}", "--dapr-grpc-port", "0", "--enable-metrics=false"],
        _machine.Environment,
        _machine.Path);

    private Task<RunningApp> StartAsync(string appId, string? answer, SidecarMesh? mesh = null, Func<SidecarOptions, SidecarOptions>? change = null) => RunningApp.StartAsync(
        answer is null ? null : http => http.Response.WriteAsync(http.Request.Path == "/token" ? http.Request.Headers["dapr-api-token"].ToString() : answer),
        mesh: mesh ?? _machine.Mesh(),
        options: options => (change?.Invoke(options) ?? options) with { AppId = appId });

    private static async Task<string[]> AnswersAsync(RunningApp caller, int count)
    {
        var answers = new string[count];
        for (var i = 0; i < count; i++) answers[i] = await caller.Client.GetStringAsync("/v1.0/invoke/query/method/x");
        return answers;
    }

    private static async Task<string?> ErrorAsync(RunningApp caller, string path)
    {
        using var answer = await caller.Client.GetAsync(path);
        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString();
    }
}
