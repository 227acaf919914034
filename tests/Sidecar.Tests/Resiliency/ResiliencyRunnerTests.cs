using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Resiliency;

public sealed class ResiliencyRunnerTests
{
    private readonly ManualTimeProvider _time = new();
    private int _attempts;

    [Fact]
    public async Task Every_endpoint_of_an_application_has_a_breaker_of_its_own()
    {
        var policies = Policies(new ResiliencyResource { Name = "r", Apps = Named("app", new PolicyNames(CircuitBreaker: "breaker")) });
        await FailAsync(policies.App("app", "one"), 2);

        await FailsWith<CircuitOpenException>(policies.App("app", "one"));
        await FailsWith<IOException>(policies.App("app", "two"));
        await FailsWith<IOException>(policies.App("other", "one"));

        // The hundredth endpoint after it makes the first one forgotten.
        for (var i = 0; i < 100; i++) policies.App("app", $"further-{i}");
        await FailsWith<IOException>(policies.App("app", "one"));
    }

    [Fact]
    public async Task Both_directions_of_a_component_share_one_breaker()
    {
        var names = new PolicyNames(CircuitBreaker: "breaker");
        var policies = Policies(new ResiliencyResource { Name = "r", Components = Named("it", new ComponentPolicyNames(names, names)) });
        await FailAsync(policies.Inbound("it", ComponentKind.Pubsub), 2);

        await FailsWith<CircuitOpenException>(policies.Outbound("it", ComponentKind.Pubsub));
    }

    [Fact]
    public async Task A_built_in_policy_keeps_three_tries_at_least()
    {
        var policies = new ResiliencyPolicies(
            [new ResiliencyResource { Name = "r", Retries = Named("DaprBuiltInInitializationRetries", new RetrySpec { Duration = TimeSpan.Zero, MaxRetries = -1 }) }], _time);

        await FailAsync(policies.Initialization, 1);

        _attempts.Should().Be(4);
    }

    private static Dictionary<string, T> Named<T>(string name, T value) => new() { [name] = value };

    private ResiliencyPolicies Policies(ResiliencyResource targets) =>
        new([targets with { CircuitBreakers = Named("breaker", new CircuitBreakerSpec { Trip = "consecutiveFailures >= 2" }) }], _time);

    private async Task FailAsync(ResiliencyRunner runner, int times)
    {
        for (var i = 0; i < times; i++) await FailsWith<IOException>(runner);
    }

    private async Task FailsWith<T>(ResiliencyRunner runner) where T : Exception
    {
        var run = () => runner.RunAsync(FailAsync, CancellationToken.None);
        await run.Should().ThrowAsync<T>();
    }

    [Fact]
    public async Task Without_a_policy_there_is_one_attempt()
    {
        var run = () => ResiliencyRunner.None.RunAsync(FailAsync, CancellationToken.None);

        await run.Should().ThrowAsync<IOException>();
        _attempts.Should().Be(1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 4)]
    public async Task A_constant_policy_pauses_and_gives_up(int maxRetries, int attempts)
    {
        var running = Runner(new RetrySpec { Duration = TimeSpan.FromSeconds(5), MaxRetries = maxRetries }).RunAsync(FailAsync, CancellationToken.None);
        for (var i = 1; i < attempts; i++)
        {
            await Eventually.BeTrueAsync(() => _time.PendingTimers > 0 && _attempts == i);
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        await ((Func<Task>)(() => running)).Should().ThrowAsync<IOException>();
        _attempts.Should().Be(attempts);
    }

    [Fact]
    public void An_exponential_policy_grows_to_its_cap_and_ends_after_fifteen_minutes()
    {
        var attempts = new RetryPolicy(new RetrySpec { Policy = "exponential", MaxInterval = TimeSpan.FromSeconds(4) }, _time).Begin();
        var pauses = new List<TimeSpan>();
        while (attempts.Next(new IOException()) is { } pause)
        {
            pauses.Add(pause);
            _time.Advance(pause);
        }

        pauses[0].Should().BeCloseTo(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(251));
        pauses.Should().OnlyContain(pause => pause <= TimeSpan.FromSeconds(6.001), "the cap is 4 s, with a jitter of half of it");
        pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause).Should().BeLessThan(TimeSpan.FromMinutes(15)).And.BeGreaterThan(TimeSpan.FromMinutes(14));
    }

    [Theory]
    [InlineData(429, 2)]
    [InlineData(503, 2)]
    [InlineData(404, 1)]
    public async Task Only_matching_statuses_are_tried_again(int status, int attempts)
    {
        var runner = Runner(new RetrySpec { Duration = TimeSpan.Zero, MaxRetries = 1, HttpStatusCodes = "429,500-599" });

        var run = () => runner.RunAsync(
            _ =>
            {
                _attempts++;
                throw new StatusCodeException(status, "no");
            },
            CancellationToken.None);

        await run.Should().ThrowAsync<StatusCodeException>();
        _attempts.Should().Be(attempts);
    }

    [Fact]
    public async Task A_timeout_ends_an_attempt_and_not_the_caller()
    {
        var runner = new ResiliencyRunner(TimeSpan.FromSeconds(1), null, null, _time);
        var running = runner.RunAsync(token => Task.Delay(Timeout.Infinite, token), CancellationToken.None);
        await Eventually.BeTrueAsync(() => _time.PendingTimers > 0);

        _time.Advance(TimeSpan.FromSeconds(1));

        await ((Func<Task>)(() => running)).Should().ThrowAsync<TimeoutException>();
    }

    [Fact]
    public async Task Cancellation_ends_a_pause()
    {
        using var cancel = new CancellationTokenSource();
        var running = Runner(new RetrySpec { MaxRetries = -1 }).RunAsync(FailAsync, cancel.Token);
        await Eventually.BeTrueAsync(() => _time.PendingTimers > 0);

        await cancel.CancelAsync();

        await ((Func<Task>)(() => running)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void A_breaker_opens_lets_one_through_after_its_time_and_closes_again()
    {
        var breaker = new CircuitBreaker(new CircuitBreakerSpec { Timeout = TimeSpan.FromSeconds(3), Trip = "consecutiveFailures >= 2" }, _time);
        breaker.Leave(breaker.Enter(), succeeded: false);
        breaker.Leave(breaker.Enter(), succeeded: false);
        Refused(breaker).Should().BeTrue("it has tripped");

        _time.Advance(TimeSpan.FromSeconds(3));
        var trial = breaker.Enter();
        Refused(breaker).Should().BeTrue("one trial is enough");
        breaker.Leave(trial, succeeded: true);

        Refused(breaker).Should().BeFalse();
    }

    [Fact]
    public void A_failed_trial_opens_the_breaker_again()
    {
        var breaker = new CircuitBreaker(new CircuitBreakerSpec { Timeout = TimeSpan.FromSeconds(3), Trip = "totalFailures > 0 && requests > 0" }, _time);
        breaker.Leave(breaker.Enter(), succeeded: false);
        _time.Advance(TimeSpan.FromSeconds(3));

        breaker.Leave(breaker.Enter(), succeeded: false);

        Refused(breaker).Should().BeTrue();
    }

    [Fact]
    public void Reserved_names_apply_to_targets_that_nobody_names()
    {
        var policies = new ResiliencyPolicies(
            [
                new ResiliencyResource
                {
                    Name = "r",
                    Retries = new Dictionary<string, RetrySpec> { ["DefaultPubsubComponentInboundRetryPolicy"] = new() },
                    Timeouts = new Dictionary<string, TimeSpan> { ["short"] = TimeSpan.FromSeconds(1) },
                    Components = new Dictionary<string, ComponentPolicyNames> { ["named"] = new(Inbound: new PolicyNames(Timeout: "short")) },
                },
            ],
            _time);

        policies.Inbound("other", ComponentKind.Pubsub).HasRetry.Should().BeTrue();
        policies.Inbound("named", ComponentKind.Pubsub).HasRetry.Should().BeFalse();
        policies.Outbound("other", ComponentKind.Pubsub).IsNone.Should().BeTrue();
        policies.Inbound("other", ComponentKind.Statestore).Should().NotBeNull();
    }

    [Fact]
    public void A_policy_that_is_not_defined_is_named_at_the_start()
    {
        var make = () => new ResiliencyPolicies([new ResiliencyResource { Name = "r", Apps = new Dictionary<string, PolicyNames> { ["a"] = new(Retry: "nope") } }], _time);

        make.Should().Throw<SidecarStartException>().WithMessage("*target a*retry policy nope*");
    }

    private static bool Refused(CircuitBreaker breaker)
    {
        try
        {
            breaker.Enter();
            return false;
        }
        catch (CircuitOpenException)
        {
            return true;
        }
    }

    private ResiliencyRunner Runner(RetrySpec retry) => new(null, new RetryPolicy(retry, _time), null, _time);

    private Task FailAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        throw new IOException("no");
    }
}
