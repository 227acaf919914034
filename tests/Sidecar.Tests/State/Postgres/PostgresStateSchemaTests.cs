using Npgsql;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.State.Postgres;

public sealed class PostgresStateSchemaTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Layout =
        """
        select column_name || ' ' || data_type || ' ' || is_nullable || ' ' || is_identity from information_schema.columns
        where table_name = 'state' order by column_name
        """;

    [Fact]
    public async Task A_new_database_gets_the_tables_of_real_Dapr()
    {
        await using var database = await CreateAsync();
        await MigrateAsync(database);
        (await ReadAsync(database, Layout)).Should().Equal(
            "created_at timestamp with time zone NO NO", "etag uuid NO NO", "expires_at timestamp with time zone YES NO", "key text NO NO",
            "row_id bigint NO YES", "updated_at timestamp with time zone YES NO", "value bytea NO NO");
        (await ReadAsync(database, "select indexname from pg_indexes where tablename = 'state' order by 1")).Should().Equal("state_expires_at_idx", "state_pkey", "state_row_id_uidx");
        (await ReadAsync(database, "select key || '=' || value from dapr_metadata order by 1")).Should().Equal("lock=lock", "migrations-state-v2-=2");
    }

    [Fact]
    public async Task Prefix_and_metadata_table_can_be_named_and_several_stores_live_in_one_database()
    {
        await using var database = await CreateAsync();
        await MigrateAsync(database);
        await MigrateAsync(database, "Mine_", "my_metadata");
        await ReadAsync(database, "create schema other");
        await MigrateAsync(database, "other.x_", "other.meta");
        (await ReadAsync(database, "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('public', 'other') order by 1"))
            .Should().Equal("other.meta", "other.x_state", "public.dapr_metadata", "public.mine_state", "public.my_metadata", "public.state");
        (await ReadAsync(database, "select key from my_metadata order by 1")).Should().Equal("lock", "migrations-state-v2-Mine_");
        (await ReadAsync(database, "select indexname from pg_indexes where indexname like '%uidx' order by 1")).Should().Equal("mine_state_row_id_uidx", "state_row_id_uidx", "x_state_row_id_uidx");
    }

    [Fact]
    public async Task Rows_of_an_older_Dapr_are_numbered_in_the_order_of_their_creation()
    {
        await using var database = await CreateAsync();
        await ReadAsync(
            database,
            """
            create table dapr_metadata (key text not null primary key, value text not null);
            insert into dapr_metadata values ('migrations-state-v2-', '1');
            create table state (key text not null primary key, value bytea not null, etag uuid not null default gen_random_uuid(),
                created_at timestamptz not null default now(), updated_at timestamptz, expires_at timestamptz);
            insert into state (key, value, created_at) values ('late', '3', now()), ('b', '2', now() - interval '1 day'), ('a', '1', now() - interval '1 day');
            """);
        await MigrateAsync(database);
        await ReadAsync(database, "insert into state (key, value) values ('new', '4')");
        (await ReadAsync(database, "select row_id || ' ' || key from state order by row_id")).Should().Equal("1 a", "2 b", "3 late", "4 new");
    }

    [Fact]
    public async Task What_is_up_to_date_or_newer_is_left_alone()
    {
        await using var database = await CreateAsync();
        await MigrateAsync(database);
        await ReadAsync(database, "insert into state (key, value) values ('k', '1')");
        await MigrateAsync(database);
        await ReadAsync(database, "update dapr_metadata set value = '9' where key like 'migrations%'");
        await MigrateAsync(database);
        (await ReadAsync(database, "select value from dapr_metadata where key like 'migrations%'")).Should().Equal("9");
        (await ReadAsync(database, "select key from state")).Should().Equal("k");
    }

    [Fact]
    public async Task Many_sidecars_may_start_at_the_same_instant()
    {
        await using var database = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(database)));
        (await ReadAsync(database, "select count(*)::text from pg_indexes where tablename = 'state'")).Should().Equal("3");
    }

    [Fact]
    public async Task A_level_that_makes_no_sense_is_refused()
    {
        await using var database = await CreateAsync();
        await MigrateAsync(database);
        await ReadAsync(database, "update dapr_metadata set value = 'two' where key like 'migrations%'");
        var act = () => MigrateAsync(database);
        await act.Should().ThrowAsync<StateStoreException>().WithMessage("invalid migration level found in metadata table: two");
    }

    private async Task<NpgsqlDataSource> CreateAsync() => NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());

    private static Task MigrateAsync(NpgsqlDataSource database, string prefix = "", string metadata = "dapr_metadata") => new PostgresStateSchema(
        database, new PostgresStateSettings { ConnectionString = "", TablePrefix = prefix, MetadataTable = metadata }, TimeProvider.System).MigrateAsync(default);

    private static async Task<List<string>> ReadAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
