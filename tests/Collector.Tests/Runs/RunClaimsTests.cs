using System.Net;
using Dapr;
using Dapr.Client;
using StocksDapr.Collector.Runs;

namespace StocksDapr.Collector.Tests.Runs;

public sealed class RunClaimsTests : IAsyncLifetime
{
    private const string Run = "collect-simulated-1d-20261120";

    private ClaimStore _store = null!;
    private DaprClient _dapr = null!;
    private RunClaims _claims = null!;

    public async Task InitializeAsync()
    {
        _store = await ClaimStore.StartAsync();
        _dapr = new DaprClientBuilder().UseHttpEndpoint(_store.Endpoint).Build();
        _claims = new RunClaims(_dapr);
    }

    public async Task DisposeAsync()
    {
        _dapr.Dispose();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Of_executions_that_claim_a_run_at_once_one_gets_it_and_keeps_it(HttpStatusCode refusal)
    {
        string[] tickets = ["a", "b", "c", "d"];
        _store.Refusal = refusal;
        _store.ReadTogether(tickets.Length);

        var answers = await Task.WhenAll(tickets.Select(ticket => _claims.TryClaimAsync(Run, ticket, default)));

        _store.Kept.Should().ContainSingle();
        answers.Should().ContainSingle(isMine => isMine);
        (await Task.WhenAll(tickets.Select(ticket => _claims.TryClaimAsync(Run, ticket, default)))).Should().Equal(answers, "each activity may be run again");
        (await _claims.TryClaimAsync("collect-simulated-1d-20261121", "b", default)).Should().BeTrue("another run is another claim");
    }

    [Fact]
    public async Task Claim_outlives_the_time_in_which_a_slot_can_come_up_again()
    {
        await _claims.TryClaimAsync(Run, "a", default);

        var metadata = _store.Kept.Should().ContainSingle().Which.GetProperty("metadata");
        TimeSpan.FromSeconds(long.Parse(metadata.GetProperty("ttlInSeconds").GetString()!)).Should().BeGreaterThanOrEqualTo(TimeSpan.FromDays(7));
    }

    [Fact]
    public async Task Claim_that_was_kept_although_its_answer_was_lost_counts_and_one_that_was_not_kept_is_made_again()
    {
        _store.FailsAfterKeeping = true;
        (await _claims.TryClaimAsync(Run, "a", default)).Should().BeTrue();

        _store.FailsBeforeKeeping = true;
        await FluentActions.Awaiting(() => _claims.TryClaimAsync("other", "a", default)).Should().ThrowAsync<DaprException>("nobody has it, and the activity is tried again");
    }
}
