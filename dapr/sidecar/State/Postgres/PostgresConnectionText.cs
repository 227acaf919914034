using System.Globalization;
using System.Text;
using Npgsql;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>
/// Reads the connection strings that daprd reads: libpq's <c>host=… user=…</c> and <c>postgres://…</c>. Npgsql's own <c>Host=…;Username=…</c>
/// is understood too, since the services of this repository use it; daprd does not know that form.
/// </summary>
internal static class PostgresConnectionText
{
    /// <exception cref="FormatException">The text is none of these; the message says why, without the text itself, which may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal)) ReadUrl(text, builder);
        else if (IsNative(text)) builder.ConnectionString = ReadNative(text);
        else ReadKeywords(text, builder);
        return builder;
    }

    /// <summary>The same connection as a URL that daprd, libpq and this class read: <c>postgres://user:password@host:port/database</c>.</summary>
    /// <exception cref="FormatException">The text is no connection string.</exception>
    public static string ToUrl(string text)
    {
        var connection = Parse(text);
        var account = Uri.EscapeDataString(connection.Username ?? "") + (connection.Password is { Length: > 0 } password ? ":" + Uri.EscapeDataString(password) : "");
        var host = connection.Host ?? "localhost";
        var isSocket = host.StartsWith('/');
        var port = connection.Port.ToString(CultureInfo.InvariantCulture);
        var query = new List<string>();
        if (isSocket) query.AddRange([$"host={Uri.EscapeDataString(host)}", $"port={port}"]);
        if (connection.ContainsKey("SSL Mode") && connection.SslMode != SslMode.Prefer) query.Add($"sslmode={Write(connection.SslMode)}");
        if (connection.RootCertificate is { Length: > 0 } root) query.Add($"sslrootcert={Uri.EscapeDataString(root)}");
        return $"postgres://{account}{(account.Length > 0 ? "@" : "")}{(isSocket ? "" : $"{host}:{port}")}/{Uri.EscapeDataString(connection.Database ?? "")}"
            + (query.Count == 0 ? "" : "?" + string.Join('&', query));
    }

    /// <summary>Sets one libpq parameter; a name that is none of libpq's goes to the server as a run-time setting, as pgx does.</summary>
    public static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name)
        {
            case "host" or "hostaddr": builder.Host = value; break;
            case "port": builder.Port = Number(name, value); break;
            case "user": builder.Username = value; break;
            case "password": builder.Password = value; break;
            case "database" or "dbname": builder.Database = value; break;
            case "passfile": builder.Passfile = value; break;
            case "sslmode": builder.SslMode = ReadSslMode(value); break;
            case "sslrootcert": builder.RootCertificate = value; break;
            case "sslcert": builder.SslCertificate = value; break;
            case "sslkey": builder.SslKey = value; break;
            case "sslpassword": builder.SslPassword = value; break;
            case "connect_timeout": builder.Timeout = Number(name, value); break;
            case "application_name": builder.ApplicationName = value; break;
            case "pool_max_conns": builder.MaxPoolSize = Number(name, value); break;
            case "pool_min_conns": builder.MinPoolSize = Number(name, value); break;
            case "pool_max_conn_idle_time" or "pool_max_conn_lifetime" or "pool_max_conn_lifetime_jitter" or "pool_health_check_period": break;
            case "sslsni" or "sslnegotiation" or "target_session_attrs" or "krbsrvname" or "krbspn" or "servicefile" or "service": break;
            case "default_query_exec_mode" or "statement_cache_capacity" or "description_cache_capacity" or "min_read_buffer_size": break;
            case "options": builder.Options = Append(builder.Options, value); break;
            case "search_path": builder.SearchPath = value; break;
            default: builder.Options = Append(builder.Options, $"-c {name}={value.Replace(" ", "\\ ", StringComparison.Ordinal)}"); break;
        }
    }

    /// <summary>libpq's keywords are in lower case and separated by spaces.</summary>
    private static bool IsNative(string text) =>
        text.Length > 0 && (char.IsAsciiLetterUpper(text[0]) || (text.Contains(';', StringComparison.Ordinal) && !text.Any(char.IsWhiteSpace)));

    private static string ReadNative(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"it is not a connection string: {error.Message}");
        }
    }

    /// <summary>Read by hand: <see cref="Uri"/> knows neither an empty host after an account nor several hosts.</summary>
    private static void ReadUrl(string text, NpgsqlConnectionStringBuilder builder)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('#')[0].Split('?', 2);
        var place = rest[0].Split('/', 2);
        var at = place[0].LastIndexOf('@');
        var account = (at < 0 ? "" : place[0][..at]).Split(':', 2);
        if (account[0].Length > 0) builder.Username = Uri.UnescapeDataString(account[0]);
        if (account.Length > 1) builder.Password = Uri.UnescapeDataString(account[1]);
        ReadHost(place[0][(at + 1)..], builder);
        if (place.Length > 1 && place[1].Length > 0) builder.Database = Uri.UnescapeDataString(place[1]);
        foreach (var pair in (rest.Length > 1 ? rest[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(builder, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "");
        }
    }

    private static void ReadHost(string host, NpgsqlConnectionStringBuilder builder)
    {
        var port = host.LastIndexOf(':');
        if (host.Contains(',', StringComparison.Ordinal) || host.EndsWith(']')) port = -1;
        if (port >= 0) builder.Port = Number("port", host[(port + 1)..]);
        host = port < 0 ? host : host[..port];
        if (host.Length > 0) builder.Host = Uri.UnescapeDataString(host.Trim('[', ']'));
    }

    /// <summary>libpq's <c>key = 'value'</c> pairs: quotes for values with spaces, a backslash before a quote.</summary>
    private static void ReadKeywords(string text, NpgsqlConnectionStringBuilder builder)
    {
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var equals = rest.IndexOf('=');
            if (equals <= 0) throw new FormatException("it has a word without '='; expected: host=localhost port=5432 user=me dbname=mine");
            var name = rest[..equals].Trim().ToString();
            rest = ReadValue(rest[(equals + 1)..].TrimStart(), out var value).TrimStart();
            Set(builder, name, value);
        }
    }

    private static ReadOnlySpan<char> ReadValue(ReadOnlySpan<char> text, out string value)
    {
        var quoted = text.StartsWith("'");
        var found = new StringBuilder();
        var i = quoted ? 1 : 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            else if (quoted ? text[i] == '\'' : char.IsWhiteSpace(text[i])) break;
            found.Append(text[i]);
        }

        if (quoted && i == text.Length) throw new FormatException("a quoted value does not end");
        value = found.ToString();
        return text[Math.Min(text.Length, quoted ? i + 1 : i)..];
    }

    private static SslMode ReadSslMode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new FormatException($"sslmode is '{value}'; valid: disable, allow, prefer, require, verify-ca, verify-full"),
    };

    private static string Write(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{name} is '{value}'; expected a whole number");

    private static string Append(string? options, string more) => string.IsNullOrEmpty(options) ? more : $"{options} {more}";
}
