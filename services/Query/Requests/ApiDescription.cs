using Microsoft.OpenApi;

namespace StocksDapr.Query.Requests;

/// <summary>Describes query parameters that an endpoint reads by itself, and the problems it answers with.</summary>
internal static class ApiDescription
{
    private const string Problem = "application/problem+json";

    /// <param name="name">In OpenAPI: the operation's id.</param>
    /// <param name="parameters">The query parameters; their names and what they mean.</param>
    public static TBuilder Describe<TBuilder>(
        this TBuilder endpoint, string name, string summary, params (string Name, string Description)[] parameters)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithName(name).WithSummary(summary);
        endpoint.WithMetadata(
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), [Problem]),
            new ProducesResponseTypeMetadata(StatusCodes.Status503ServiceUnavailable, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), [Problem]));
        endpoint.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            operation.Parameters ??= [];
            foreach (var (parameter, description) in parameters)
            {
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = parameter,
                    In = ParameterLocation.Query,
                    Description = description,
                    Schema = new OpenApiSchema { Type = parameter == "limit" ? JsonSchemaType.Integer : JsonSchemaType.String },
                });
            }

            return Task.CompletedTask;
        });
        return endpoint;
    }
}
