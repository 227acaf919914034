using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.OpenApi;

public sealed class PublicApiTests : GatewayTest
{
    /// <summary>Whoever changes what can be reached from outside, and with which right, changes <c>PublicApi.txt</c> too, for reviewers to see.</summary>
    [Fact]
    public async Task What_can_be_reached_from_outside_is_written_down()
    {
        using var stream = typeof(PublicApiTests).Assembly.GetManifestResourceStream("PublicApi.txt")!;
        using var reader = new StreamReader(stream);
        var written = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var actual = House.Gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(Line).Order(StringComparer.Ordinal);

        string.Join('\n', actual).Should().Be(string.Join('\n', written));
    }

    private static string Line(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Order(StringComparer.Ordinal) ?? Enumerable.Repeat("any", 1);
        var rights = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? ["anybody"]
            : endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy ?? "?").DefaultIfEmpty("nobody");
        return $"/{endpoint.RoutePattern.RawText!.Trim('/')} {string.Join(',', methods)} {string.Join('+', rights)}";
    }
}
