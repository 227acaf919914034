using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Requests;

/// <summary>What is wrong with a question, and what would be right.</summary>
/// <param name="Code">Stable, such as <c>bad_limit</c>.</param>
/// <param name="Valid">What a valid request looks like.</param>
internal sealed record InvalidRequest(string Code, string Detail, object? Valid = null, int Status = StatusCodes.Status400BadRequest)
{
    public Task WriteAsync(HttpContext context) =>
        ApiProblem.WriteAsync(context, ApiProblem.Details(Status, Code, Detail, retry: false, Valid));

    public IResult ToResult() => ApiProblem.Of(Status, Code, Detail, valid: Valid);
}
