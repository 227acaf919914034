namespace StocksDapr.Sidecar.Running.Supervision;

public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    [Fact]
    public void Pauses_double_from_half_a_second_to_ten_seconds_until_it_is_given_up()
    {
        var policy = new RestartPolicy();
        var pauses = Enumerable.Range(0, 10).Select(_ => policy.AfterExit(Quick, everReady: true)?.TotalSeconds);
        pauses.Should().Equal(0.5, 1, 2, 4, 8, 10, 10, 10, 10, null);
    }

    [Fact]
    public void One_that_was_never_ready_is_given_up_sooner()
    {
        var policy = new RestartPolicy();
        Enumerable.Range(0, 5).Select(_ => policy.AfterExit(Quick, everReady: false)?.TotalSeconds).Should().Equal(0.5, 1, 2, 4, null);
    }

    [Fact]
    public void A_run_that_lasted_begins_the_count_anew()
    {
        var policy = new RestartPolicy();
        for (var exit = 0; exit < 4; exit++)
            policy.AfterExit(Quick, everReady: true);

        policy.AfterExit(RestartPolicy.Lasting, everReady: true).Should().Be(TimeSpan.FromSeconds(0.5));
        policy.AfterExit(Quick, everReady: true).Should().Be(TimeSpan.FromSeconds(1));
    }
}
