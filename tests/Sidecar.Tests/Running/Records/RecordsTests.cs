using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Running.Records;

public sealed class RecordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DataFolder Data => new(_folder.Path);

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        var record = Record(new RecordedService("gateway", ServiceState.Ready, "http://127.0.0.1:8080", ProcessIdentity.Current, 2, "/logs/gateway.log", "hello"));
        record.Write(Data);

        RunRecord.Read(Data).Should().BeEquivalentTo(record);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    public void A_record_that_cannot_be_read_is_none(string content)
    {
        File.WriteAllText(Data.RecordFile, content);
        RunRecord.Read(Data).Should().BeNull();
    }

    [Fact]
    public void One_runner_at_a_time_has_the_folder()
    {
        using (var first = RunLock.TryTake(Data))
        {
            first.Should().NotBeNull();
            RunLock.TryTake(Data).Should().BeNull();
        }

        using var later = RunLock.TryTake(Data);
        later.Should().NotBeNull();
    }

    [Fact]
    public void The_administrators_key_is_random_stays_and_is_the_owners_alone()
    {
        Data.FindAdministratorKey().Should().BeNull();
        var key = Data.AdministratorKey();

        key.Should().MatchRegex("^[0-9a-f]{64}$");
        Data.AdministratorKey().Should().Be(key);
        Data.FindAdministratorKey().Should().Be(key);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(_folder.Path, "local-admin-key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Leftovers_are_stopped_but_neither_the_database_nor_a_stranger_with_a_recorded_number()
    {
        await using var app = await StartSleepingAsync();
        await using var deaf = await ChildProcess.StartAsync(new ChildProcessStart { Command = ["sh", "-c", "trap '' TERM; while :; do sleep 600; done"] });
        await using var database = await StartSleepingAsync();
        await using var stranger = await StartSleepingAsync();
        var reports = new List<string>();
        var record = Record(
            Service("app", app.Identity), Service("deaf", deaf.Identity), Service(Leftovers.PostgresName, database.Identity),
            Service("long gone", stranger.Identity with { Began = "an earlier boot:7" }));

        await Leftovers.StopAsync(record, reports.Add, CancellationToken.None);

        await Eventually.BeTrueAsync(() => !app.Identity.IsAlive && !deaf.Identity.IsAlive);
        database.Identity.IsAlive.Should().BeTrue();
        stranger.Identity.IsAlive.Should().BeTrue();
        reports.Should().HaveCount(2).And.Contain(report => report.Contains("stopping app (pid"));
    }

    private static Task<ChildProcess> StartSleepingAsync() => ChildProcess.StartAsync(new ChildProcessStart { Command = ["sleep", "600"] });

    private static RecordedService Service(string name, ProcessIdentity process) => new(name, ServiceState.Ready, "", process, 0, null, "");

    private static RunRecord Record(params RecordedService[] services) => new()
    {
        Runner = ProcessIdentity.Current,
        State = RunState.Ready,
        Template = "/repo/dapr.yaml",
        Gateway = "http://127.0.0.1:8080",
        StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Services = services,
    };
}
