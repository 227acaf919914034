using Npgsql;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Postgres;

public sealed class PostgresClusterTests : IDisposable
{
    private static readonly PostgresSettings Careless = new() { Durable = false };

    private readonly string _folder = ReachableFolder.Create("stocks-cluster-");
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));

    public void Dispose()
    {
        _patience.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Data_and_port_and_password_stay_over_a_stop_and_a_start()
    {
        string before;
        await using (var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token))
        {
            await cluster.EnsureDatabaseAsync("kept");
            await cluster.EnsureDatabaseAsync("kept");
            before = cluster.ConnectionString("kept");
            await ExecuteAsync(before, "create table t as select 1 as x");
        }

        await using var again = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token);
        again.ConnectionString("kept").Should().Be(before);
        (await ScalarAsync(before, "select count(*) from t")).Should().Be(1L);
    }

    [Fact]
    public async Task Only_the_owner_reads_the_password_and_nobody_enters_without_it()
    {
        await using var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token);

        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(_folder, "password")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var wrong = new NpgsqlConnectionStringBuilder(cluster.ConnectionString("postgres")) { Password = "guess" }.ConnectionString;
        var entering = () => ScalarAsync(wrong, "select 1");
        (await entering.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task A_killed_server_is_started_again_on_the_same_port()
    {
        await using var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token);
        var (pid, connection) = (cluster.Pid!.Value, cluster.ConnectionString("postgres"));

        UnixSignals.Send(pid, UnixSignal.Kill);

        await Eventually.BeTrueAsync(() => cluster.Restarts == 1, TimeSpan.FromSeconds(60));
        cluster.Pid.Should().NotBe(pid);
        (await ScalarAsync(connection, "select 1")).Should().Be(1);
    }

    [Fact]
    public async Task A_server_that_an_earlier_run_left_behind_is_taken_over_and_stopped_at_the_end()
    {
        await using var abandoned = await PostgresCluster.StartAsync(_folder, Careless with { Supervised = false }, _patience.Token);
        var pid = abandoned.Pid!.Value;

        await using (var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token))
        {
            cluster.Pid.Should().Be(pid);
            (await ScalarAsync(cluster.ConnectionString("postgres"), "select 1")).Should().Be(1);
        }

        ProcessIdentity.Of(pid).Should().BeNull();
    }

    [Fact]
    public async Task A_lock_file_with_the_number_of_another_program_does_not_stop_the_start()
    {
        await using (await PostgresCluster.StartAsync(_folder, Careless, _patience.Token))
        {
        }

        var data = Path.Combine(_folder, "data");
        await File.WriteAllTextAsync(PostmasterFile.PathIn(data), $"{Environment.ProcessId}\n{data}\n0\n5432\n\n127.0.0.1\n0\nready\n");

        await using var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token);
        (await ScalarAsync(cluster.ConnectionString("postgres"), "select 1")).Should().Be(1);
    }

    [Fact]
    public async Task A_cluster_without_its_password_file_is_named_and_left_alone()
    {
        await using (await PostgresCluster.StartAsync(_folder, Careless, _patience.Token))
        {
        }

        File.Delete(Path.Combine(_folder, "password"));

        var starting = () => PostgresCluster.StartAsync(_folder, Careless, _patience.Token);
        (await starting.Should().ThrowAsync<ClusterException>()).WithMessage("*password*gone*");
        Directory.Exists(Path.Combine(_folder, "data")).Should().BeTrue();
    }

    [Fact]
    public async Task Names_of_companies_are_folded_as_Unicode_says()
    {
        await using var cluster = await PostgresCluster.StartAsync(_folder, Careless, _patience.Token);

        (await ScalarAsync(cluster.ConnectionString("postgres"), "select lower('SOCIÉTÉ')")).Should().Be("société");
        (await ScalarAsync(cluster.ConnectionString("postgres"), "show timezone")).Should().Be("UTC");
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
