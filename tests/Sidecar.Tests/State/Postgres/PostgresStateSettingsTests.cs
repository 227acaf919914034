using Npgsql;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.State.Postgres;

public sealed class PostgresStateSettingsTests
{
    [Theory]
    [InlineData("host=localhost port=5433 user=me password=secret dbname=mine sslmode=disable")]
    [InlineData("host = 'localhost' port=5433 user=me password='secret' database=mine sslmode=disable")]
    [InlineData("postgres://me:secret@localhost:5433/mine?sslmode=disable")]
    [InlineData("postgresql://me:secret@localhost:5433/mine?sslmode=disable")]
    [InlineData("Host=localhost;Port=5433;Username=me;Password=secret;Database=mine;SSL Mode=Disable")]
    [InlineData("host=localhost;port=5433;username=me;password=secret;database=mine;sslmode=disable")]
    public void Connection_strings_of_Dapr_and_of_Npgsql_are_understood(string text)
    {
        var read = PostgresConnectionText.Parse(text);
        (read.Host, read.Port, read.Username, read.Password, read.Database, read.SslMode).Should().Be(("localhost", 5433, "me", "secret", "mine", SslMode.Disable));
    }

    [Fact]
    public void Special_characters_settings_and_sockets_survive()
    {
        PostgresConnectionText.Parse(@"host=/tmp user=u password='it\'s; \\ = a' connect_timeout=7").Password.Should().Be(@"it's; \ = a");
        PostgresConnectionText.Parse("postgres://u:p%40%3Aw@h/db").Password.Should().Be("p@:w");
        PostgresConnectionText.Parse("postgres://u@[::1]:6000/db").Host.Should().Be("::1");
        PostgresConnectionText.Parse("host=h statement_timeout=5s search_path=market").Options.Should().Be("-c statement_timeout=5s");
        PostgresConnectionText.Parse("postgres:///db?host=%2Fvar%2Frun%2Fpostgresql&user=u").Host.Should().Be("/var/run/postgresql");
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=5433;Username=stocks;Password=p@s:s/w;Database=stocks", "postgres://stocks:p%40s%3As%2Fw@127.0.0.1:5433/stocks")]
    [InlineData("Host=/tmp/pg dir;Username=u;Database=d", "postgres://u@/d?host=%2Ftmp%2Fpg%20dir&port=5432")]
    [InlineData("host=h user=u dbname=d sslmode=verify-full", "postgres://u@h:5432/d?sslmode=verify-full")]
    public void A_connection_can_be_written_as_the_url_that_Dapr_reads(string text, string expected)
    {
        var url = PostgresConnectionText.ToUrl(text);
        url.Should().Be(expected);
        var (back, original) = (PostgresConnectionText.Parse(url), PostgresConnectionText.Parse(text));
        (back.Host, back.Port, back.Username, back.Password, back.Database).Should().Be((original.Host, original.Port, original.Username, original.Password, original.Database));
    }

    [Fact]
    public void Separate_fields_override_the_connection_string()
    {
        var settings = Read(("connectionString", "host=a user=u dbname=d"), ("HOST", "b"), ("port", "6000"), ("database", "e"));
        var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        (connection.Host, connection.Port, connection.Database, connection.Username).Should().Be(("b", 6000, "e", "u"));
    }

    [Fact]
    public void Settings_have_the_defaults_of_Dapr_and_can_be_set()
    {
        var settings = Read(("connectionString", "host=a"));
        (settings.StateTable, settings.MetadataTable, settings.Timeout, settings.CleanupInterval)
            .Should().Be(("state", "dapr_metadata", TimeSpan.FromSeconds(20), TimeSpan.FromHours(1)));
        settings = Read(("connectionString", "host=a"), ("tablePrefix", "public.dapr_"), ("metadataTableName", "m"), ("timeout", "5"), ("cleanupInterval", "0"), ("maxConns", "7"));
        (settings.StateTable, settings.MetadataTable, settings.Timeout, settings.CleanupInterval).Should().Be(("public.dapr_state", "m", TimeSpan.FromSeconds(5), null));
        new NpgsqlConnectionStringBuilder(settings.ConnectionString).MaxPoolSize.Should().Be(7);
    }

    [Theory]
    [InlineData("host=a", null, null)]
    [InlineData("Host=a", null, null)]
    [InlineData("postgres://a/d", "0", null)]
    [InlineData("Host=a;Maximum Pool Size=3", null, 3)]
    [InlineData("host=a pool_max_conns=3", null, 3)]
    [InlineData("postgres://a/d?pool_max_conns=100", null, 100)]
    [InlineData("host=a pool_max_conns=3", "7", 7)]
    public void The_pool_is_as_large_as_the_component_says_or_the_connection_string_or_as_that_of_Dapr(string connectionString, string? component, int? expected)
    {
        var settings = component is null ? Read(("connectionString", connectionString)) : Read(("connectionString", connectionString), ("maxConns", component));

        new NpgsqlConnectionStringBuilder(settings.ConnectionString).MaxPoolSize.Should().Be(expected ?? Math.Max(4, Environment.ProcessorCount));
    }

    [Theory]
    [InlineData("timeout", "soon", "metadata 'timeout' is 'soon'*20s*")]
    [InlineData("timeout", "500ms", "metadata 'timeout' must be at least 1s")]
    [InlineData("cleanupInterval", "x", "metadata 'cleanupInterval' *")]
    [InlineData("tablePrefix", "a; drop table x; --", "metadata 'tablePrefix' is 'a; drop table x; --'*")]
    [InlineData("metadataTableName", "a b", "metadata 'metadataTableName' *")]
    [InlineData("maxConns", "many", "metadata 'maxConns' is 'many'*")]
    [InlineData("useAzureAD", "true", "*--daprd*")]
    [InlineData("connectionString", "", "metadata 'connectionString' no host is given*")]
    [InlineData("connectionString", "localhost", "metadata 'connectionString' it has a word without '='*")]
    [InlineData("connectionString", "host=a sslmode=maybe", "metadata 'connectionString' sslmode is 'maybe'*")]
    [InlineData("connectionString", "host=a port=x", "metadata 'connectionString' port is 'x'*")]
    public void What_makes_no_sense_is_refused_with_what_would(string name, string value, string expected)
    {
        var act = () => Read(name == "connectionString" ? [(name, value)] : [("connectionString", "host=a"), (name, value)]);
        act.Should().Throw<ComponentMetadataException>().WithMessage(expected);
    }

    private static PostgresStateSettings Read(params (string Name, string Value)[] metadata) =>
        PostgresStateSettings.Read(SidecarContexts.Spec("state.postgresql", metadata.ToDictionary(pair => pair.Name, pair => pair.Value)));
}
