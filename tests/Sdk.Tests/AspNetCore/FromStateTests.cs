using System.Net;
using Dapr;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Sdk.Client;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class FromStateTests : SidecarTest
{
    [Fact]
    public async Task State_is_bound_under_the_key_in_the_route()
    {
        await Client.SaveStateAsync("statestore", "k1", new Order(5, "a"));
        await using var app = await StartAsync();

        (await app.Http.GetStringAsync("/value/k1")).Should().Be("a");
        (await app.Http.GetStringAsync("/entry/k1")).Should().Be("k1:1:a");
        (await app.Http.GetStringAsync("/entry/none")).Should().Be("none::");
        Sidecar.Requests[1].Target.Should().Be("/v1.0/state/statestore/k1");
    }

    [Fact]
    public async Task A_route_without_the_key_is_a_bad_request()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.GetAsync("/missing");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("Required value nowhere not present.");
    }

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(
        app => app.MapControllers(),
        builder => builder.Services.AddControllers()
            .AddApplicationPart(typeof(StateController).Assembly)
            .AddDapr(dapr => dapr.UseHttpEndpoint(Sidecar.Endpoint)));
}

[ApiController]
public sealed class StateController : ControllerBase
{
    [HttpGet("/value/{order}")]
    public IActionResult Value([FromState("statestore")] Order? order) => Ok(order?.Name);

    [HttpGet("/entry/{id}")]
    public IActionResult Entry([FromState("statestore", "id")] StateEntry<Order?> order) => Ok($"{order.Key}:{order.ETag}:{order.Value?.Name}");

    [HttpGet("/missing")]
    public IActionResult Missing([FromState("statestore", "nowhere")] Order? order) => Ok(order?.Name);
}
