using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Gateway.OpenApi;

/// <summary><c>/openapi/v1.json</c>, and the same to read and try at <c>/docs</c>.</summary>
internal static class DescriptionEndpoints
{
    public const string PagePath = "/docs";

    private const string DocumentPath = "/openapi/v1.json";

    /// <summary>Before authorization: the page shows nothing that the document does not say.</summary>
    public static void UseDocs(this WebApplication app) =>
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = PagePath[1..];
            page.DocumentTitle = "StocksDapr API";
            page.SwaggerEndpoint(DocumentPath, "StocksDapr v1");
        });

    public static void MapDescription(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => Results.Redirect(PagePath)).AllowAnonymous().ExcludeFromDescription();
        app.MapMethods(DocumentPath, [HttpMethods.Get, HttpMethods.Head], async (ApiDescription description, CancellationToken cancellationToken) =>
                await description.GetAsync(cancellationToken) is { } document
                    ? Results.Bytes(document, "application/json")
                    : ApiProblem.Unavailable("description_unavailable", "A service cannot be asked for its part of the description yet.", TimeSpan.FromSeconds(2)))
            .AllowAnonymous()
            .ExcludeFromDescription();
    }
}
