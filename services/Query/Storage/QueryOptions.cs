using System.ComponentModel.DataAnnotations;

namespace StocksDapr.Query.Storage;

/// <summary>Settings of the section <c>Query</c>. The defaults suit one machine.</summary>
internal sealed class QueryOptions
{
    public const string Section = "Query";

    /// <summary>How much memory the rendered bars may take, in mebibytes; 0 reads everything from the database.</summary>
    [Range(0, 65_536, ErrorMessage = "Query:CacheMebibytes must be 0 to 65536, such as 128.")]
    public int CacheMebibytes { get; set; } = 128;

    /// <summary>Connections to PostgreSQL at most, besides the one that listens.</summary>
    [Range(1, 1_000, ErrorMessage = "Query:MaxConnections must be 1 to 1000, such as 16.")]
    public int MaxConnections { get; set; } = 16;

    /// <summary>When PostgreSQL gives a statement up, in seconds.</summary>
    [Range(1, 600, ErrorMessage = "Query:StatementTimeoutSeconds must be 1 to 600, such as 10.")]
    public int StatementTimeoutSeconds { get; set; } = 10;

    /// <summary>How long a connection that says nothing may still be believed, in seconds: the cache's word is at most this much older.</summary>
    [Range(1, 60, ErrorMessage = "Query:HeartbeatSeconds must be 1 to 60, such as 1.")]
    public int HeartbeatSeconds { get; set; } = 1;

    /// <summary>Under which path the public reaches this service, where the request has no <c>X-Forwarded-Prefix</c>.</summary>
    [RegularExpression("^(/[A-Za-z0-9._~-]+)*$", ErrorMessage = "Query:PublicPrefix must be empty or a path such as /api/v1.")]
    public string PublicPrefix { get; set; } = "/api/v1";
}
