using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

/// <summary>The components that this repository comes with.</summary>
public sealed class LocalComponentsTests
{
    [Theory]
    [InlineData("collector", "collect-due pubsub secretstore statestore")]
    [InlineData("writer", "pubsub secretstore statestore")]
    public void Every_application_gets_what_is_meant_for_it(string app, string expected)
    {
        using var log = new RecordingLoggers();
        var set = ResourceLoader.Load(new SidecarOptions { AppId = app, ResourcesPaths = [Path.Combine(Repository(), "components", "local")] }, log);
        string.Join(' ', set.Components.Select(component => component.Name)).Should().Be(expected);
        log.Messages.Should().NotContain(message => message.Level >= LogLevel.Warning);
        set.Resiliencies.Should().ContainSingle().Which.Components["pubsub"].Inbound!.Retry.Should().Be("until-delivered");
        set.Resiliencies[0].Retries["until-delivered"].Should().Be(new RetrySpec { Duration = TimeSpan.FromSeconds(1), MaxRetries = -1 });
    }

    [Fact]
    public void The_state_store_opens_with_the_secret_that_the_runner_provides()
    {
        var store = ResourceLoader.Load(new SidecarOptions { AppId = "writer", ResourcesPaths = [Path.Combine(Repository(), "components", "local")] }, NullLogger.Instance)
            .Components.Single(component => component.Name == "statestore");
        store.SecretStore.Should().Be("secretstore");
        store.Properties.Single(property => property.Name == "connectionString").Secret!.Name.Should().Be(Running.RunDatabase.UrlVariable);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "StocksDapr.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
