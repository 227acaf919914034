using Microsoft.AspNetCore.Diagnostics;
using Npgsql;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Storage;

/// <summary>
/// Turns "the database could not be asked" into an honest 503 with <c>Retry-After</c>. What is neither that nor the schema
/// missing (a wrong statement, say) stays an error of ours.
/// </summary>
internal sealed class DatabaseFaults(QueryMetrics metrics, ILogger<DatabaseFaults> logger) : IExceptionHandler
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Response.HasStarted || Describe(exception) is not var (code, detail, retryAfter))
            return false;

        metrics.DatabaseFault(code);
        Log.DatabaseFault(logger, code, httpContext.Request.Path, exception.Message);
        await ApiProblem.WriteAsync(
            httpContext, ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, code, detail, retry: true, valid: null), retryAfter);
        return true;
    }

    /// <summary>The problem's code, detail and waiting time; null for what is no fault of the database.</summary>
    internal static (string Code, string Detail, TimeSpan RetryAfter)? Describe(Exception exception) => exception switch
    {
        PostgresException fault => Describe(fault),
        NpgsqlException => Unavailable,
        _ => null,
    };

    private static (string Code, string Detail, TimeSpan RetryAfter) Unavailable =>
        ("database_unavailable", "The market database does not answer right now.", Soon);

    private static (string Code, string Detail, TimeSpan RetryAfter)? Describe(PostgresException fault)
    {
        switch (fault.SqlState)
        {
            case PostgresErrorCodes.UndefinedTable:
            case PostgresErrorCodes.UndefinedColumn:
            case PostgresErrorCodes.UndefinedFunction:
            case PostgresErrorCodes.InvalidSchemaName:
            case PostgresErrorCodes.InvalidCatalogName:
                return ("schema_not_ready", "The market database does not have its tables yet; Writer makes them when it starts.", Later);
            case PostgresErrorCodes.QueryCanceled:
                return ("database_slow", "The market database took too long over this question. Ask for less, or again later.", Later);
            case PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow:
                return Unavailable;
            case PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege:
                return ("database_unavailable", "The market database does not let this service read.", Later);
            default:
                return fault.IsTransient ? Unavailable : null;
        }
    }
}
