using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>
/// The errors of the API: <c>application/problem+json</c> with a stable <c>code</c>, the <c>requestId</c>, whether to <c>retry</c>, and in
/// <c>valid</c> what a valid request looks like.
/// </summary>
public static class ApiProblem
{
    public static IResult BadRequest(string code, string detail, object? valid = null) => Of(StatusCodes.Status400BadRequest, code, detail, valid: valid);

    public static IResult NotFound(string code, string detail, object? valid = null) => Of(StatusCodes.Status404NotFound, code, detail, valid: valid);

    public static IResult Conflict(string code, string detail) => Of(StatusCodes.Status409Conflict, code, detail);

    /// <summary>Something that this service needs does not answer now; says after how long to ask again.</summary>
    public static IResult Unavailable(string code, string detail, TimeSpan retryAfter) =>
        new ProblemResult(Details(StatusCodes.Status503ServiceUnavailable, code, detail, retry: true, valid: null), retryAfter);

    public static IResult Of(int status, string code, string detail, bool retry = false, object? valid = null) =>
        new ProblemResult(Details(status, code, detail, retry, valid), retryAfter: null);

    /// <summary>The same as a plain object, for a caller that writes the answer itself.</summary>
    public static ProblemDetails Details(int status, string code, string detail, bool retry, object? valid)
    {
        var problem = new ProblemDetails { Type = "about:blank", Title = Title(status), Status = status, Detail = detail };
        problem.Extensions["code"] = code;
        problem.Extensions["retry"] = retry;
        if (valid is not null)
            problem.Extensions["valid"] = valid;
        return problem;
    }

    /// <summary>Writes the problem and completes the answer.</summary>
    public static Task WriteAsync(HttpContext context, ProblemDetails problem, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        if (retryAfter is { } wait)
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        problem.Extensions["requestId"] = context.TraceIdentifier;
        return context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
    }

    /// <summary>The reason phrase of a status code.</summary>
    internal static string Title(int status)
    {
        var phrase = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length > 0 ? phrase : "Error";
    }

    private sealed class ProblemResult(ProblemDetails problem, TimeSpan? retryAfter) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => problem.Status;

        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem, retryAfter);
    }
}
