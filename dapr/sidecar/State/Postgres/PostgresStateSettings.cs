using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>The metadata of a <c>state.postgresql</c> v2 component, checked.</summary>
internal sealed partial record PostgresStateSettings
{
    /// <summary>Timers cannot wait longer than 49 days.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(30);

    /// <summary>Text before the names of the tables; may end in a schema: <c>public.</c></summary>
    public string TablePrefix { get; init; } = "";

    /// <summary>The key-value table in which the level of the schema and the last clean-up are noted.</summary>
    public string MetadataTable { get; init; } = "dapr_metadata";

    /// <summary>Limit of one statement.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time from one removal of expired rows to the next; null = rows are never removed.</summary>
    public TimeSpan? CleanupInterval { get; init; } = TimeSpan.FromHours(1);

    public required string ConnectionString { get; init; }

    public string StateTable => TablePrefix + "state";

    /// <exception cref="ComponentMetadataException">A value is missing or makes no sense; the message says which and what is valid.</exception>
    public static PostgresStateSettings Read(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var timeout = Duration(spec, "timeout", "timeoutInSeconds", TimeSpan.FromSeconds(20));
        if (timeout < TimeSpan.FromSeconds(1)) throw Wrong("timeout", "must be at least 1s");
        var cleanup = Duration(spec, "cleanupInterval", "cleanupIntervalInSeconds", TimeSpan.FromHours(1));
        return new PostgresStateSettings
        {
            ConnectionString = Connection(spec, timeout),
            TablePrefix = TableName(spec, "tablePrefix", ""),
            MetadataTable = TableName(spec, "metadataTableName", "dapr_metadata"),
            Timeout = timeout,
            CleanupInterval = cleanup <= TimeSpan.Zero ? null : cleanup < LongestInterval ? cleanup : LongestInterval,
        };
    }

    private static string Connection(ComponentSpec spec, TimeSpan timeout)
    {
        foreach (var cloud in (string[])["useAzureAD", "useAWSIAM"])
        {
            if (GoBool.IsTruthy(spec.Get(cloud))) throw Wrong(cloud, "is not built into the development sidecar; run with real Dapr (--daprd) or sign in with user and password");
        }

        try
        {
            var builder = PostgresConnectionText.Parse(spec.Get("connectionString") ?? spec.Get("url") ?? "");
            foreach (var name in (string[])["host", "hostaddr", "port", "database", "user", "password", "sslRootCert"])
            {
                if (spec.Get(name) is { Length: > 0 } value) PostgresConnectionText.Set(builder, name.ToLowerInvariant(), value);
            }

            if (string.IsNullOrEmpty(builder.Host))
            {
                throw new FormatException("no host is given; expected for example: host=localhost port=5432 user=postgres dbname=dapr");
            }

            return Tune(builder, spec, timeout).ConnectionString;
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw Wrong("connectionString", error.Message);
        }
    }

    private static NpgsqlConnectionStringBuilder Tune(NpgsqlConnectionStringBuilder builder, ComponentSpec spec, TimeSpan timeout)
    {
        var maxConnections = spec.Get("maxConns") is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("maxConns", $"is '{text}'; expected a whole number")
            : 0;
        if (maxConnections > 1) builder.MaxPoolSize = maxConnections;
        else if (!builder.ShouldSerialize("Maximum Pool Size")) builder.MaxPoolSize = Math.Max(4, Environment.ProcessorCount);
        var idle = Duration(spec, "connectionMaxIdleTime", "connectionMaxIdleTime", TimeSpan.Zero);
        if (idle >= TimeSpan.FromSeconds(1))
        {
            builder.ConnectionIdleLifetime = (int)idle.TotalSeconds;
            builder.ConnectionPruningInterval = Math.Min(builder.ConnectionPruningInterval, builder.ConnectionIdleLifetime);
        }

        builder.CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds);
        builder.MaxAutoPrepare = 32;
        builder.AutoPrepareMinUsages = 2;
        builder.GssEncryptionMode = GssEncryptionMode.Disable;
        if (string.IsNullOrEmpty(builder.ApplicationName)) builder.ApplicationName = $"sidecar/{spec.Context.AppId}";
        return builder;
    }

    private static TimeSpan Duration(ComponentSpec spec, string name, string alias, TimeSpan standard)
    {
        var text = spec.Get(name) ?? spec.Get(alias);
        if (text is null) return standard;
        return GoDuration.TryParseSetting(text, out var duration) ? duration : throw Wrong(name, $"is '{text}'; expected a duration like 20s or 1h");
    }

    /// <summary>Names go into the SQL as they are (so that PostgreSQL folds them as it does for daprd): nothing but a name may come through.</summary>
    private static string TableName(ComponentSpec spec, string name, string standard)
    {
        var text = spec.Get(name) is { Length: > 0 } given ? given : standard;
        return Name().IsMatch(text) ? text : throw Wrong(name, $"is '{text}'; expected letters, digits and underscores, with a schema before a point if need be: public.mine_");
    }

    private static ComponentMetadataException Wrong(string property, string reason) => new(property, reason);

    [GeneratedRegex("""^(?:(?:"[^"\0]+"|[A-Za-z_][A-Za-z0-9_$]*)\.)?(?:[A-Za-z_][A-Za-z0-9_$]*)?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
