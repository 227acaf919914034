using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Sidecar.Tracing;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Bindings;

public sealed class InputBindingsTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Method, string Path)> _requests = [];
    private readonly RecordingLoggers _log = new();
    private WebApplication _app = null!;
    private RequestDelegate _answer = _ => Task.CompletedTask;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(http =>
        {
            _requests.Enqueue((http.Request.Method, http.Request.Path));
            return _answer(http);
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(405, true)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    [InlineData(302, false)]
    public async Task The_application_is_asked_whether_it_wants_the_events(int status, bool expected)
    {
        _answer = http =>
        {
            if (http.Request.Method == "OPTIONS") http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        var binding = new ManualBinding();
        using var part = Part(("ticks", binding, []));
        await part.StartAsync(default);
        _requests.Should().ContainSingle().Which.Should().Be(("OPTIONS", "/ticks"));
        binding.IsRead.Should().Be(expected);
        await part.StopAsync(default);
        binding.IsRead.Should().BeFalse();
    }

    [Theory]
    [InlineData("input", true)]
    [InlineData("Output, INPUT", true)]
    [InlineData("output", false)]
    public async Task A_direction_saves_the_question(string direction, bool expected)
    {
        var binding = new ManualBinding();
        using var part = Part(("ticks", binding, [new("DIRECTION", direction)]));
        await part.StartAsync(default);
        _requests.Should().BeEmpty();
        binding.IsRead.Should().Be(expected);
        await part.StopAsync(default);
    }

    [Fact]
    public async Task Events_go_to_the_route_and_do_not_wait_for_each_other()
    {
        var release = new TaskCompletionSource();
        _answer = _ => release.Task;
        var binding = new ManualBinding();
        using var part = Part(("ticks", binding, [new("direction", "input"), new("route", "jobs/tick")]));
        await part.StartAsync(default);
        for (var i = 0; i < 3; i++) binding.Fire();
        await Eventually.BeTrueAsync(() => _requests.Count == 3);
        _requests.Distinct().Should().Equal(("POST", "/jobs/tick"));

        var stopping = part.StopAsync(default);
        await Eventually.BeTrueAsync(() => !binding.IsRead);
        stopping.IsCompleted.Should().BeFalse("what is under way is let finish");
        release.SetResult();
        await stopping;
    }

    [Fact]
    public async Task What_takes_too_long_at_the_end_is_cut_off()
    {
        _answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        var binding = new ManualBinding();
        using var part = Part(("ticks", binding, [new("direction", "input")]));
        await part.StartAsync(default);
        binding.Fire();
        await Eventually.BeTrueAsync(() => _requests.Count == 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await part.StopAsync(limit.Token);
        _log.Messages.Should().Contain(message => message.Level == LogLevel.Warning && message.Message.Contains("ticks"));
    }

    [Fact]
    public async Task An_event_that_fails_is_logged_and_the_next_one_comes()
    {
        _answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var binding = new ManualBinding();
        using var part = Part(("ticks", binding, [new("direction", "input")]));
        await part.StartAsync(default);
        binding.Fire();
        binding.Fire();
        await Eventually.BeTrueAsync(() => _log.Messages.Count(message => message.Level == LogLevel.Warning) == 2);
        _requests.Should().HaveCount(2);
        await part.StopAsync(default);
    }

    [Fact]
    public async Task An_application_that_cannot_be_asked_ends_the_starting_and_a_later_start_asks_again()
    {
        var first = new ManualBinding();
        var second = new ManualBinding();
        _answer = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        using var part = Part(("first", first, []), ("second", second, []));
        await part.StartAsync(default);
        (first.IsRead, second.IsRead).Should().Be((false, false));
        await part.StopAsync(default);

        _answer = _ => Task.CompletedTask;
        await part.StartAsync(default);
        (first.IsRead, second.IsRead).Should().Be((true, true));
        await part.StopAsync(default);
    }

    private InputBindings Part(params (string Name, IInputBinding Binding, ComponentProperty[] Properties)[] bindings)
    {
        var options = new SidecarOptions { AppId = "tester", AppPort = new Uri(_app.Urls.First()).Port };
        var context = new SidecarContext
        {
            Options = options,
            Mesh = new SidecarMesh(),
            Resources = new ResourceSet(),
            Resiliency = new ResiliencyPolicies([]),
            Tracer = new Tracer(null),
            Loggers = _log,
            App = new AppChannel(options),
        };
        foreach (var (name, binding, properties) in bindings)
        {
            context.Components.Add(new ComponentResource { Name = name, Type = "bindings.test", Properties = properties }, new Dictionary<string, string>(), binding);
        }

        return new InputBindings(context);
    }

    /// <summary>Fires when the test says so.</summary>
    private sealed class ManualBinding : IInputBinding
    {
        private volatile Action<BindingEvent>? _deliver;

        public IReadOnlyList<string> Capabilities { get; } = [];

        public bool IsRead => _deliver is not null;

        public void Fire() => _deliver!(new BindingEvent(default, new Dictionary<string, string>()));

        public Task InitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task ReadAsync(Action<BindingEvent> deliver, CancellationToken cancellationToken)
        {
            _deliver = deliver;
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _deliver = null;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
