using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace StocksDapr.ServiceDefaults.Http;

/// <summary>Gives the answers that the framework makes (404, 405, 415, an unreadable body, a bug) the same shape as our own.</summary>
internal static partial class ApiProblems
{
    public static IServiceCollection AddApiProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<UnhandledToProblem>();

        // Outside of development a parameter that cannot be read would be a bare 400 without a word about which one.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            var status = problem.Status ?? context.HttpContext.Response.StatusCode;
            problem.Type = "about:blank";
            problem.Title = ApiProblem.Title(status);
            problem.Detail ??= SentenceOf(status);
            problem.Extensions.Remove("traceId");
            problem.Extensions.TryAdd("code", CodeOf(status));
            problem.Extensions.TryAdd("retry", IsPassing(status));
            problem.Extensions["requestId"] = context.HttpContext.TraceIdentifier;
        });
        return services;
    }

    private static bool IsPassing(int status) => status is 429 or 502 or 503 or 504;

    private static string CodeOf(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        408 => "request_timeout",
        413 => "body_too_large",
        415 => "unsupported_media_type",
        429 => "too_many_requests",
        431 => "headers_too_large",
        503 => "unavailable",
        _ => status >= 500 ? "internal_error" : "bad_request",
    };

    private static string SentenceOf(int status) => status switch
    {
        404 => "There is nothing at this path; /docs says what there is.",
        405 => "This path does not take this method; the Allow header says which it takes.",
        413 => "The body is larger than this takes.",
        415 => "The body's media type is not one that this takes.",
        _ => status >= 500 ? "Something went wrong here; the request id names it in our log." : "The request cannot be answered as it is.",
    };

    /// <summary>A caller never sees an exception: a request that could not be read is the caller's, anything else is a logged 500.</summary>
    private sealed partial class UnhandledToProblem(ILogger<UnhandledToProblem> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (httpContext.Response.HasStarted)
                return false;

            if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
            {
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return true;
            }

            if (exception is BadHttpRequestException bad)
            {
                await ApiProblem.WriteAsync(httpContext, ApiProblem.Details(bad.StatusCode, CodeOf(bad.StatusCode), Sentence(bad), retry: false, valid: null));
                return true;
            }

            LogUnhandled(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
            await ApiProblem.WriteAsync(
                httpContext, ApiProblem.Details(500, "internal_error", "Something went wrong here; the request id names it in our log.", retry: true, valid: null));
            return true;
        }

        /// <summary>A JSON error says where it is; the outer text says which parameter.</summary>
        private static string Sentence(BadHttpRequestException bad) =>
            bad.InnerException is System.Text.Json.JsonException json ? $"The JSON body cannot be read: {json.Message}" : bad.Message;

        [LoggerMessage(EventId = 91, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        private static partial void LogUnhandled(ILogger logger, Exception exception, string method, PathString path);
    }
}
