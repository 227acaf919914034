using System.Reflection;
using Dapr.AspNetCore;
using Dapr.Client;
using Dapr.Workflow;

namespace StocksDapr.Sdk.Surface;

/// <summary>
/// The public types have the names, parameters and defaults of the official SDK, version 1.18.5, so that the official packages can
/// take their place. The listings beside this file are that part of the official surface; a member that is not in the official SDK has no place there.
/// One type stands in for one that is in a package of its own there: <c>WorkflowRpcException</c> for gRPC's <c>RpcException</c>.
/// </summary>
public sealed class SurfaceTests
{
    [Theory]
    [InlineData(typeof(DaprClient), "Dapr.Client.txt")]
    [InlineData(typeof(BulkSubscribeAttribute), "Dapr.AspNetCore.txt")]
    [InlineData(typeof(WorkflowContext), "Dapr.Workflow.txt")]
    public async Task The_public_surface_is_the_listed_part_of_the_official_one(Type type, string listing)
    {
        var expected = (await ReadAsync(listing)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var actual = PublicSurface.Of(type.Assembly).ToArray();

        actual.Except(expected).Should().BeEmpty("nothing is added that the official SDK does not have");
        actual.Should().Equal(expected, "nothing is removed, renamed or moved to another type");
    }

    private static async Task<string> ReadAsync(string listing)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var stream = assembly.GetManifestResourceStream(listing)!;
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
