using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>Single turns of a replica at the shared ledger: whose turn it is, and what is kept.</summary>
public sealed class LedgerTurnTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-20T14:30:00Z");
    private static readonly IReadOnlyList<ProviderKey> Keys = ProviderKey.Parse("one two");
    private static readonly KeyBudget Budget = new(new KeyLimits(8, 16), TimeSpan.FromSeconds(30));

    [Fact]
    public void Of_those_that_wait_the_most_overdue_is_first_then_who_came_first_and_last_what_was_never_due()
    {
        WaitingRequest[] order =
        [
            Waiting("z", Now.AddHours(-2), Now), Waiting("y", Now.AddHours(-1), Now.AddSeconds(-5)), Waiting("a", Now.AddHours(-1), Now),
            Waiting("c", null, Now.AddSeconds(-9)), Waiting("d", null, Now.AddSeconds(-8)), Waiting("e", null, Now.AddSeconds(-8)),
        ];

        order.Reverse().Order(WaitingRequest.Order).Should().Equal(order);
    }

    [Fact]
    public void Who_is_more_overdue_in_another_replica_is_not_overtaken_while_it_is_alive()
    {
        var ledger = Spent(Spent(ProviderLedger.Empty, 0, 8), 1, 4) with { Waiting = [Waiting("theirs", Now.AddHours(-1), Now) with { Credits = 4, Replica = "other" }] };

        Turn(ledger with { Leases = Lease(10) }, Ask("ours", 4)).Grants.Should().BeEmpty();
        Turn(ledger with { Leases = Lease(10) }, Ask("ours", 4)).Next.Waiting.Should().HaveCount(2);
        Turn(ledger with { Leases = Lease(-10) }, Ask("ours", 4)).Grants.Should().ContainSingle("the other one has died");
    }

    [Fact]
    public void Replica_that_goes_on_waiting_says_so_again_before_it_is_taken_for_dead()
    {
        var full = Spent(Spent(ProviderLedger.Empty, 0, 8), 1, 8);
        var request = Ask("ours", 8);
        var first = Turn(full, request);
        first.Next.Leases.Should().ContainKey("us").WhoseValue.Should().Be(Now + LedgerTurn.Lease);

        Turn(first.Next, request).Should().Match<LedgerOutcome>(again => !again.IsChanged, "nothing is new");
        var later = Now + (LedgerTurn.Lease * 0.6);
        new LedgerTurn(Budget, Keys).Take(first.Next, new LedgerInput("us", 2, [request], [], int.MaxValue), later).Next.Leases["us"].Should().Be(later + LedgerTurn.Lease);
    }

    [Fact]
    public void No_more_is_granted_than_a_circuit_lets_through() =>
        Turn(ProviderLedger.Empty, 1, Ask("a", 1), Ask("b", 1)).Grants.Should().ContainSingle();

    [Fact]
    public void Of_keys_that_can_pay_the_one_with_the_least_left_does_so_that_the_other_keeps_enough_for_a_big_request()
    {
        var outcome = Turn(Spent(ProviderLedger.Empty, 1, 5), Ask("small", 2, Now.AddHours(-1)), Ask("big", 8));

        outcome.Grants.Select(grant => (grant.Request.Id, grant.Key.Number)).Should().BeEquivalentTo([("small", 2), ("big", 1)]);
    }

    [Fact]
    public void Who_was_sent_away_is_remembered_so_that_the_next_one_is_told_a_later_time_but_not_without_bound()
    {
        var full = Spent(Spent(ProviderLedger.Empty, 0, 8), 1, 8);
        var outcome = Turn(full, [.. Enumerable.Range(0, 300).Select(number => Ask($"r{number:000}", 8))]);

        outcome.SentAway.Should().HaveCount(298, "two can be held");
        outcome.SentAway[0].At.Should().BeBefore(outcome.SentAway[2].At);
        outcome.Next.Waiting.Count(waiting => waiting.Replica is null).Should().Be(200);
    }

    [Fact]
    public void Key_that_is_taken_out_and_put_back_has_spent_what_it_has_spent_that_day()
    {
        var spent = Spent(ProviderLedger.Empty, 0, 8);
        var without = new LedgerTurn(Budget, [Keys[1]]).Take(spent, new LedgerInput("us", 1, [], [], int.MaxValue), Now.AddMinutes(5)).Next;

        Budget.SpentInDay(without.Of(Keys[0].Fingerprint), new DateOnly(2026, 11, 20)).Should().Be(8);
        new LedgerTurn(Budget, [Keys[1]]).Take(without, new LedgerInput("us", 2, [], [], int.MaxValue), Now.AddDays(4)).Next.Keys.Should().NotContainKey(Keys[0].Fingerprint, "nobody remembers it for ever");
    }

    private static LedgerOutcome Turn(ProviderLedger ledger, params PendingRequest[] requests) => Turn(ledger, int.MaxValue, requests);

    private static LedgerOutcome Turn(ProviderLedger ledger, int allowance, params PendingRequest[] requests) =>
        new LedgerTurn(Budget, Keys).Take(ledger, new LedgerInput("us", 1, requests, [], allowance), Now);

    private static PendingRequest Ask(string id, int credits, DateTimeOffset? dueSince = null) => new(id, new RequestCost(credits, dueSince), Now, Now.AddSeconds(75));

    private static WaitingRequest Waiting(string id, DateTimeOffset? dueSince, DateTimeOffset since) => new(id, "us", 1, dueSince, since);

    private static Dictionary<string, DateTimeOffset> Lease(int seconds) => new() { ["other"] = Now.AddSeconds(seconds) };

    /// <summary>A key has just spent so much.</summary>
    private static ProviderLedger Spent(ProviderLedger ledger, int key, int credits) =>
        ledger.With(Keys[key].Fingerprint, Budget.Prune(new KeyLedger(), Now) with { Spends = [new Spend(Now.AddSeconds(-2), Now.AddSeconds(-1), credits, 1)] });
}
