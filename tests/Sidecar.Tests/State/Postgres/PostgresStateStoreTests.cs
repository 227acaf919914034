using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.State.Postgres;

public sealed class PostgresStateStoreTests(PostgresFixture postgres) : StateStoreTests, IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly List<IStateStore> _stores = [];
    private string _connection = "";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task Rows_look_as_real_Dapr_writes_them()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("app||row", "{\"a\":2}"), default);
        (await RowsAsync("select key, convert_from(value, 'UTF8'), expires_at is null, updated_at is null, row_id from state")).Should().Equal("app||row|{\"a\":2}|True|True|1");
        await store.SetAsync(Set("app||row", "3"), default);
        (await RowsAsync("select convert_from(value, 'UTF8'), updated_at is null from state")).Should().Equal("3|False");
    }

    [Fact]
    public async Task What_is_found_comes_first_and_a_key_asked_twice_comes_once()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("a", "1"), default);
        var entries = await store.GetManyAsync(["missing", "a", "a"], default);
        entries.Select(entry => entry.Key).Should().Equal("a", "missing");
    }

    [Fact]
    public async Task A_first_write_over_something_says_that_no_item_was_updated()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await Fails<StateStoreException>(() => store.SetAsync(Set("k", "2", null, new StateOptions("first-write", null)), default), "no item was updated");
    }

    [Theory]
    [InlineData("-2")]
    [InlineData("2147483648")]
    public async Task A_time_to_live_out_of_range_is_refused(string ttl)
    {
        var store = await CreateAsync();
        await Fails<StateStoreException>(
            () => store.SetAsync(new StateSet("k", Bytes("1"), Ttl: ttl), default), "error parsing TTL: incorrect value for metadata 'ttlInSeconds': must be -1 or greater");
    }

    [Fact]
    public async Task An_etag_in_quotes_is_understood()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await store.DeleteAsync(new StateDelete("k", $"\"{(await store.GetAsync("k", default))!.ETag}\""), default);
        (await store.GetAsync("k", default)).Should().BeNull();
    }

    [Fact]
    public async Task Of_many_values_those_without_conflict_are_written()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("b", "old"), default);
        await Fails<ETagException>(
            () => store.SetManyAsync([Set("c", "1"), Set("b", "new", Guid.NewGuid().ToString()), Set("a", "1"), Set("d", "1", "no uuid")], default));
        (await store.GetManyAsync(["a", "b", "c", "d"], default)).Select(entry => entry.Entry is null ? "-" : Text(entry.Entry.Value))
            .Should().BeEquivalentTo("1", "old", "1", "-");
    }

    [Fact]
    public async Task What_the_server_says_is_told_in_its_words()
    {
        var store = await CreateAsync();
        await Fails<StateStoreException>(() => store.SetAsync(Set("nul\0", "1"), default), "ERROR: invalid byte sequence for encoding \"UTF8\": 0x00 (SQLSTATE 22021)");
        await RowsAsync("drop table state");
        await Fails<StateStoreException>(() => store.GetAsync("k", default), "ERROR: relation \"state\" does not exist (SQLSTATE 42P01)");
    }

    [Fact]
    public async Task A_database_that_is_away_is_an_error_with_a_reason_and_its_return_needs_no_restart()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await RowsAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await Eventually.PassAsync(async () => Text((await store.GetAsync("k", default))!.Value).Should().Be("1"));
    }

    [Fact]
    public async Task Expired_rows_are_removed_by_one_of_the_sidecars()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("stays", "1"), default);
        await RowsAsync("insert into state (key, value, expires_at) select 'old' || n, '1', now() - interval '1 minute' from generate_series(1, 5) n");
        await using var database = NpgsqlDataSource.Create(_connection);
        await using var janitor = new PostgresStateJanitor(database, new PostgresStateSql(Settings()), null, TimeProvider.System, NullLogger.Instance);

        (await janitor.CleanAsync(TimeSpan.FromHours(1), default)).Should().Be(5);
        (await janitor.CleanAsync(TimeSpan.FromHours(1), default)).Should().BeNull("somebody has cleaned up less than an hour ago");
        await RowsAsync("update dapr_metadata set value = (now() - interval '2 hours')::text where key = 'last-cleanup-state-v2-'");
        (await janitor.CleanAsync(TimeSpan.FromHours(1), default)).Should().Be(0);
        (await RowsAsync("select key from state")).Should().Equal("stays");
    }

    [Fact]
    public async Task The_janitor_works_by_itself()
    {
        _connection = await postgres.CreateDatabaseAsync();
        var time = new ManualTimeProvider();
        await using var store = new PostgresStateStore(Settings() with { CleanupInterval = TimeSpan.FromMinutes(5) }, KeyPrefix.Of("none", "s", "a", null), time, NullLogger.Instance);
        await store.InitAsync(default);
        await RowsAsync("insert into state (key, value, expires_at) values ('old', '1', now() - interval '1 minute')");
        await Eventually.BeTrueAsync(() => time.PendingTimers > 0);
        time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.BeTrueAsync(async () => (await RowsAsync("select key from state")).Count == 0);
    }

    private protected override async Task<IStateStore> CreateAsync()
    {
        _connection = await postgres.CreateDatabaseAsync();
        var store = new PostgresStateStore(Settings(), KeyPrefix.Of("none", "store", "app", null), TimeProvider.System, NullLogger.Instance);
        _stores.Add(store);
        await store.InitAsync(default);
        return store;
    }

    private protected override async Task PassAsync(TimeSpan time) =>
        await RowsAsync(string.Create(CultureInfo.InvariantCulture, $"update state set expires_at = expires_at - interval '{time.TotalSeconds} seconds'"));

    private PostgresStateSettings Settings() => new() { ConnectionString = _connection };

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return rows;
    }
}
