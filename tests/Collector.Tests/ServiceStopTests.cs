using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Tests.Backfills;

namespace StocksDapr.Collector.Tests;

public sealed class ServiceStopTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("collector-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task The_service_answers_the_schedule_and_stops_in_its_time_though_there_is_no_sidecar()
    {
        await using var factory = new WebApplicationFactory<CollectorMetrics>().WithWebHostBuilder(host =>
        {
            host.ConfigureLogging(logging => logging.ClearProviders());
            host.UseUrls("http://127.0.0.1:0");
            host.UseSetting("STOCKS_DATA", _data);
            foreach (var (key, value) in BackfillServer.NoSidecar)
                host.UseSetting(key, value);
        });
        factory.UseKestrel();
        factory.StartServer();
        var address = factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using (var client = new HttpClient { BaseAddress = new Uri(address) })
        {
            for (var tick = 0; tick < 3; tick++)
            {
                using var answer = await client.PostAsync("/collect-due", content: null);
                answer.StatusCode.Should().Be(HttpStatusCode.OK);
            }
        }

        // Something that does not listen would keep the host until its patience is at its end.
        // As a signal stops it: by the program itself, which stops its host and then takes it down.
        var patience = factory.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        var lifetime = factory.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStopped.Register(stopped.SetResult);
        lifetime.StopApplication();
        await stopped.Task.WaitAsync(patience * 0.8);
    }
}
