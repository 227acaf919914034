using System.Text.Json;
using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Sdk.Emulation;

namespace StocksDapr.Sdk.AspNetCore;

public sealed class RegistrationTests
{
    [Fact]
    public async Task The_client_finds_the_sidecar_by_configuration()
    {
        await using var sidecar = await EmulatedSidecar.StartAsync();
        await using var services = Services(
            new() { ["DAPR_HTTP_ENDPOINT"] = $"{sidecar.Endpoint}/ignored/path", ["DAPR_HTTP_PORT"] = "1", ["DAPR_API_TOKEN"] = "secret" });

        (await services.GetRequiredService<DaprClient>().CheckHealthAsync()).Should().BeTrue();

        sidecar.Request.Target.Should().Be("/v1.0/healthz");
        sidecar.Request.Headers["dapr-api-token"].ToString().Should().Be("secret");
    }

    [Fact]
    public async Task A_port_means_this_machine()
    {
        await using var sidecar = await EmulatedSidecar.StartAsync();
        await using var services = Services(new() { ["DAPR_HTTP_PORT"] = $"{new Uri(sidecar.Endpoint).Port}" });

        (await services.GetRequiredService<DaprClient>().CheckHealthAsync()).Should().BeTrue();
    }

    [Fact]
    public async Task A_port_that_is_none_is_refused()
    {
        await using var services = Services(new() { ["DAPR_HTTP_PORT"] = "http" });

        services.Invoking(provider => provider.GetRequiredService<DaprClient>()).Should().Throw<FormatException>();
    }

    [Fact]
    public async Task The_application_has_the_last_word()
    {
        var options = new JsonSerializerOptions();
        await using var services = Services([], collection =>
        {
            collection.AddDaprClient((_, builder) => builder.UseJsonSerializationOptions(options));
            collection.AddDaprClient(_ => throw new InvalidOperationException("the first registration wins"));
        });

        services.GetRequiredService<DaprClient>().JsonSerializerOptions.Should().BeSameAs(options);
        services.GetServices<DaprClient>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_client_lives_as_long_as_asked()
    {
        await using var services = Services([], collection => collection.AddDaprClient(lifetime: ServiceLifetime.Transient));

        services.GetRequiredService<DaprClient>().Should().NotBeSameAs(services.GetRequiredService<DaprClient>());
    }

    private static ServiceProvider Services(Dictionary<string, string?> configuration, Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
        if (add is null) services.AddDaprClient();
        else add(services);
        return services.BuildServiceProvider();
    }
}
