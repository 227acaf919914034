using System.Net;
using System.Text.Json.Nodes;

namespace StocksDapr.Gateway.House;

/// <summary>Reads answers that refuse something.</summary>
internal static class Problems
{
    /// <summary>Checks that an answer is a problem of this status and code, in the shape of all of them.</summary>
    public static async Task<JsonNode> ShouldBeProblemAsync(this Task<HttpResponseMessage> sending, int status, string? code = null)
    {
        using var answer = await sending;
        return await answer.ShouldBeProblemAsync(status, code);
    }

    /// <inheritdoc cref="ShouldBeProblemAsync(Task{HttpResponseMessage}, int, string)"/>
    public static async Task<JsonNode> ShouldBeProblemAsync(this HttpResponseMessage answer, int status, string? code = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be((HttpStatusCode)status, text);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json", text);
        return ShouldBeProblem(text, status, code);
    }

    public static JsonNode ShouldBeProblem(string text, int status, string? code = null)
    {
        var problem = JsonNode.Parse(text)!;
        ((int)problem["status"]!).Should().Be(status, text);
        ((string?)problem["requestId"]).Should().NotBeNullOrEmpty(text);
        ((string?)problem["detail"] ?? (string?)problem["title"]).Should().NotBeNullOrEmpty(text);
        problem["retry"].Should().NotBeNull(text);
        if (code is not null)
            ((string?)problem["code"]).Should().Be(code, text);
        text.Should().NotContainAny("   at ", "Exception", "ERR_DIRECT_INVOKE", "dial tcp");
        return problem;
    }
}
