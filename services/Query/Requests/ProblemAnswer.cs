using Microsoft.AspNetCore.Mvc;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Requests;

/// <summary>A problem that was put together by hand, as an endpoint's result.</summary>
internal sealed class ProblemAnswer(ProblemDetails problem) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => ApiProblem.WriteAsync(httpContext, problem);
}
