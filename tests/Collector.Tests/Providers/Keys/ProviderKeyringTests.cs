using System.Text.Json;
using Microsoft.Extensions.Logging;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Contracts.Json;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>One keyring, or two, in virtual time.</summary>
public sealed class ProviderKeyringTests
{
    private const string Secret = "first-secret,second-secret";

    private static readonly DateTimeOffset Start = BudgetScene.Start;
    private static readonly KeyLimits Free = new(8, 800);

    private readonly VirtualWorld _world = new(1, Start);
    private readonly SharedState _state;
    private readonly List<string> _log = [];

    public ProviderKeyringTests() => _state = new SharedState(wait => _world.DelayAsync(wait), _world.Random);

    [Fact]
    public void Request_that_no_key_could_ever_pay_is_refused_at_once() => Play(Free, Secret, async keyring =>
    {
        var error = (await keyring.AcquireAsync(new RequestCost(9), default)).Error!;

        error.Kind.Should().Be(ProviderErrorKind.NotSupported);
        keyring.LargestRequest.Should().Be(8);
        keyring.HasKey.Should().BeTrue("whether it can pay is another question");
        _world.Now.Should().Be(Start);
    });

    [Fact]
    public void Provider_without_key_says_so() => Play(Free, " ,\n", async keyring =>
    {
        (await keyring.AcquireAsync(new RequestCost(), default)).Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        keyring.HasKey.Should().BeFalse();
    });

    [Fact]
    public void Provider_whose_keys_nobody_knows_yet_is_unavailable_and_holds_nobody_for_long() => Play(Free, secret: null, async keyring =>
    {
        keyring.HasKey.Should().BeFalse();
        (await keyring.AcquireAsync(new RequestCost(), default)).Error!.Kind.Should().Be(ProviderErrorKind.Unavailable);
        (_world.Now - Start).Should().BeLessThan(TimeSpan.FromSeconds(15));
    });

    [Fact]
    public void Who_would_wait_long_is_told_when_to_come_again_and_then_gets_it() => Play(Free, "only", async keyring =>
    {
        await SpendAsync(keyring, 8);
        var (second, third) = (keyring.AcquireAsync(new RequestCost(8), default), keyring.AcquireAsync(new RequestCost(8), default));

        var away = (await third).Error!;
        away.Kind.Should().Be(ProviderErrorKind.RateLimited);
        _world.Now.Should().BeBefore(Start.AddSeconds(10));
        await AnswerAsync(keyring, await second);
        _world.Now.Should().BeAfter(Start.AddSeconds(60)).And.BeBefore(Start.AddSeconds(65));

        await _world.DelayAsync(Start + away.RetryAfter!.Value - _world.Now);
        await AnswerAsync(keyring, await keyring.AcquireAsync(new RequestCost(8), default));
        _world.Now.Should().BeAfter(Start.AddSeconds(120)).And.BeBefore(Start.AddSeconds(132));
    });

    [Fact]
    public void Day_that_is_spent_is_waited_for_outside_until_the_vendors_midnight() => Play(new KeyLimits(8, 16), "only", async keyring =>
    {
        await SpendAsync(keyring, 8);
        await SpendAsync(keyring, 8);

        var away = (await keyring.AcquireAsync(new RequestCost(1), default)).Error!;

        away.Kind.Should().Be(ProviderErrorKind.RateLimited);
        (_world.Now + away.RetryAfter!.Value).Should().BeCloseTo(new DateTimeOffset(2026, 11, 21, 0, 0, 2, TimeSpan.Zero), TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void What_can_be_done_without_leaves_half_of_the_day_to_the_rest_and_keeps_no_place() => Play(new KeyLimits(16, 16), "only", async keyring =>
    {
        await AnswerAsync(keyring, await keyring.AcquireAsync(new RequestCost(8) { IsDispensable = true }, default));

        var away = (await keyring.AcquireAsync(new RequestCost(1) { IsDispensable = true }, default)).Error!;

        away.Kind.Should().Be(ProviderErrorKind.RateLimited);
        (_world.Now + away.RetryAfter!.Value).Should().BeCloseTo(new DateTimeOffset(2026, 11, 21, 0, 0, 2, TimeSpan.Zero), TimeSpan.FromSeconds(1));
        keyring.Ledger!.Waiting.Should().BeEmpty();
        await SpendAsync(keyring, 8);
        _world.Now.Should().BeBefore(Start.AddSeconds(10));
    });

    [Fact]
    public void Small_requests_do_not_keep_a_big_one_that_is_more_overdue_waiting() => Play(Free, "only", async keyring =>
    {
        var order = new List<string>();
        await SpendAsync(keyring, 8);
        var big = RunAsync("big", 8, Start.AddHours(-2));
        var small = Enumerable.Range(0, 6).Select(_ => RunAsync("small", 1, Start.AddHours(-1))).ToList();

        await Task.WhenAll(small.Append(big));

        order[0].Should().Be("big");

        async Task RunAsync(string name, int credits, DateTimeOffset due)
        {
            KeyGrant grant;
            while ((grant = await keyring.AcquireAsync(new RequestCost(credits, due), default)).Error is { } error)
                await _world.DelayAsync(error.RetryAfter!.Value);
            order.Add(name);
            await AnswerAsync(keyring, grant);
        }
    });

    [Fact]
    public void Replica_that_died_first_in_the_queue_holds_nobody_up() => Play(Free, "only", async keyring =>
    {
        await SpendAsync(keyring, 8);
        var dead = new Replica(_world, _state, Terms(Free), "only", TimeSpan.Zero);
        _ = dead.Keyring.AcquireAsync(new RequestCost(8, Start.AddDays(-1)), default);
        await _world.DelayAsync(TimeSpan.FromSeconds(40));
        dead.Kill();
        await _world.DelayAsync(LedgerTurn.Lease + KeyBudget.Margin);

        (await keyring.AcquireAsync(new RequestCost(8), default)).Error.Should().BeNull();

        _world.Now.Should().BeBefore(Start.AddSeconds(66));
    });

    [Fact]
    public void Key_that_the_vendor_limits_rests_as_long_as_the_vendor_says_and_the_other_goes_on() => Play(Free, Secret, async keyring =>
    {
        var limited = await keyring.AcquireAsync(new RequestCost(), default);
        await keyring.ReportAsync(limited, new KeyReport(new ProviderError(ProviderErrorKind.RateLimited, "Wait.", TimeSpan.FromMinutes(10)), null), default);
        keyring.HasOtherThan(limited).Should().BeTrue();

        for (var minute = 0; minute < 9; minute++)
        {
            (await keyring.AcquireAsync(new RequestCost(), default)).Key.Should().NotBe(limited.Key);
            await _world.DelayAsync(TimeSpan.FromMinutes(1));
        }

        await _world.DelayAsync(TimeSpan.FromMinutes(2));
        (await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => GrantAsync(keyring, 8)))).Select(grant => grant.Key).Should().BeEquivalentTo([1, 2]);
    });

    [Fact]
    public void Limit_without_a_word_how_long_is_waited_out_longer_each_time() => Play(Free, "only", async keyring =>
    {
        var waits = new List<TimeSpan>();
        for (var time = 0; time < 3; time++)
        {
            var grant = await GrantAsync(keyring, 1);
            await keyring.ReportAsync(grant, new KeyReport(new ProviderError(ProviderErrorKind.RateLimited, "Wait."), null), default);
            var from = _world.Now;
            _ = await GrantAsync(keyring, 1);
            waits.Add(_world.Now - from);
        }

        waits[0].Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
        waits[1].Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(2));
        waits[2].Should().BeGreaterThanOrEqualTo(TimeSpan.FromMinutes(4));
    });

    [Fact]
    public void Key_that_is_refused_is_put_aside_and_when_all_are_the_provider_is_not_entitled() => Play(Free, Secret, async keyring =>
    {
        var refused = new KeyReport(new ProviderError(ProviderErrorKind.NotEntitled, "Invalid key."), null);
        var first = await keyring.AcquireAsync(new RequestCost(), default);
        await keyring.ReportAsync(first, refused, default);

        var second = await keyring.AcquireAsync(new RequestCost(), default);
        second.Key.Should().NotBe(first.Key);
        keyring.HasAcceptedKey.Should().BeTrue();
        await keyring.ReportAsync(second, refused, default);

        (await keyring.AcquireAsync(new RequestCost(), default)).Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        keyring.HasAcceptedKey.Should().BeFalse();
        keyring.HasOtherThan(second).Should().BeFalse();
    });

    [Fact]
    public void Data_that_a_plan_does_not_cover_says_nothing_against_the_key() => Play(Free, "only", async keyring =>
    {
        var grant = await keyring.AcquireAsync(new RequestCost(), default);
        await keyring.ReportAsync(grant, new KeyReport(new ProviderError(ProviderErrorKind.NotEntitled, "Not in your plan.") { ConcernsThisRequestOnly = true }, null), default);

        (await keyring.AcquireAsync(new RequestCost(), default)).Error.Should().BeNull();
    });

    [Fact]
    public void What_the_vendor_counts_beyond_ours_lowers_what_is_left_and_what_it_counts_below_raises_nothing() => Play(Free, "only", async keyring =>
    {
        var grant = await keyring.AcquireAsync(new RequestCost(), default);
        await keyring.ReportAsync(grant, new KeyReport(null, new CreditUsage(6, 2)), default);
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        KeyBudget.SpentInMinute(LedgerOfOnly(keyring), _world.Now).Should().Be(6);

        grant = await keyring.AcquireAsync(new RequestCost(2), default);
        await keyring.ReportAsync(grant, new KeyReport(null, new CreditUsage(1, 7)), default);
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        KeyBudget.SpentInMinute(LedgerOfOnly(keyring), _world.Now).Should().Be(8);

        await GrantAsync(keyring, 1);
        _world.Now.Should().BeAfter(Start.AddSeconds(60));
    });

    [Fact]
    public void Budget_stays_a_keys_own_when_keys_are_reordered_and_added() => Play(Free, Secret, async keyring =>
    {
        await SpendAsync(keyring, 8);
        await SpendAsync(keyring, 8);
        keyring.SetKeys(ProviderKey.Parse("third-secret second-secret\nfirst-secret third-secret"));

        var grant = await keyring.AcquireAsync(new RequestCost(8), default);

        (grant.Secret, grant.Key).Should().Be(("third-secret", 1));
        _world.Now.Should().BeBefore(Start.AddSeconds(5));
        await AnswerAsync(keyring, grant);
        await SpendAsync(keyring, 8);
        _world.Now.Should().BeAfter(Start.AddSeconds(60), "the others have spent theirs, in whatever place they are");
    });

    [Fact]
    public void Nothing_is_granted_while_the_state_store_is_away_and_all_goes_on_when_it_is_back() => Play(Free, "only", async keyring =>
    {
        _state.IsAway = true;
        var away = (await keyring.AcquireAsync(new RequestCost(), default)).Error!;
        away.Kind.Should().Be(ProviderErrorKind.RateLimited);
        keyring.Trouble.Should().Contain("state store");

        _state.IsAway = false;
        (await keyring.AcquireAsync(new RequestCost(), default)).Error.Should().BeNull();
        keyring.Trouble.Should().BeNull();
    });

    [Fact]
    public void Replica_whose_clock_is_far_behind_grants_nothing() => Play(Free, "only", async keyring =>
    {
        await SpendAsync(keyring, 1);
        var late = new Replica(_world, _state, Terms(Free), "only", -TimeSpan.FromMinutes(10));

        (await late.Keyring.AcquireAsync(new RequestCost(), default)).Error!.Detail.Should().Contain("clock");
        late.Keyring.Trouble.Should().Contain("behind");
        late.Kill();
    });

    [Fact]
    public void Caller_that_gives_up_leaves_the_queue() => Play(Free, "only", async keyring =>
    {
        await SpendAsync(keyring, 8);
        using var impatient = new CancellationTokenSource();
        var leaving = keyring.AcquireAsync(new RequestCost(8, Start.AddDays(-1)), impatient.Token);
        var staying = keyring.AcquireAsync(new RequestCost(8), default);
        await _world.DelayAsync(TimeSpan.FromSeconds(5));
        impatient.Cancel();

        await FluentActions.Awaiting(() => leaving).Should().ThrowAsync<OperationCanceledException>();
        await staying;
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        keyring.Ledger!.Waiting.Should().NotContain(request => request.DueSince == Start.AddDays(-1));
    });

    [Fact]
    public void Keys_are_nowhere_but_in_grants() => Play(Free, Secret, async keyring =>
    {
        var grant = await GrantAsync(keyring, 8);
        await keyring.ReportAsync(grant, new KeyReport(new ProviderError(ProviderErrorKind.NotEntitled, "No."), null), default);
        await SpendAsync(keyring, 8);
        await _world.DelayAsync(TimeSpan.FromSeconds(15));

        var written = _state.Texts.Concat(_log).Append(grant.ToString()).Append(JsonSerializer.Serialize(keyring.Ledger, ContractsJson.Options)).Append(keyring.Keys![0].ToString());
        string.Join('\n', written).Should().NotContain("first-secret").And.NotContain("second-secret");
        _state.Texts.Should().HaveCount(2, "a ledger and a health book are written");
    });

    [Fact]
    public void Provider_that_fails_is_left_alone_by_every_replica_and_tried_by_one_request_at_a_time() => Play(Free with { CreditsPerMinute = 60 }, "only", async keyring =>
    {
        var other = new Replica(_world, _state, Terms(Free with { CreditsPerMinute = 60 }), "only", TimeSpan.Zero);
        for (var failure = 0; failure < Circuit.FailuresInARow; failure++)
            await keyring.ReportAsync(await GrantAsync(keyring, 1), new KeyReport(new ProviderError(ProviderErrorKind.Unavailable, "Down."), null), default);

        var refused = (await keyring.AcquireAsync(new RequestCost(), default)).Error!;
        refused.Kind.Should().Be(ProviderErrorKind.Unavailable);
        refused.RetryAfter.Should().BePositive();
        await _world.DelayAsync(TimeSpan.FromSeconds(12));
        (await other.Keyring.AcquireAsync(new RequestCost(), default)).Error!.Kind.Should().Be(ProviderErrorKind.Unavailable, "it has heard of it");

        await _world.DelayAsync(CircuitPauses.Default.First);
        var trial = await keyring.AcquireAsync(new RequestCost(), default);
        trial.Error.Should().BeNull();
        (await keyring.AcquireAsync(new RequestCost(), default)).Error.Should().NotBeNull("one is enough to try");
        await keyring.ReportAsync(trial, new KeyReport(null, null), default);
        (await keyring.AcquireAsync(new RequestCost(), default)).Error.Should().BeNull();
        await _world.DelayAsync(TimeSpan.FromSeconds(12));
        (await other.Keyring.AcquireAsync(new RequestCost(), default)).Error.Should().BeNull();
        other.Kill();
    });

    [Fact]
    public void Key_that_is_taken_out_while_a_request_is_under_way_keeps_its_budget_and_what_waits_for_it_is_told() => Play(Free, Secret, async keyring =>
    {
        var grant = await keyring.AcquireAsync(new RequestCost(8), default);
        keyring.SetKeys(ProviderKey.Parse("second-secret"));
        await AnswerAsync(keyring, grant);
        await SpendAsync(keyring, 8);
        var waiting = keyring.AcquireAsync(new RequestCost(8), default);
        await _world.DelayAsync(TimeSpan.FromSeconds(2));
        keyring.SetKeys([]);

        var away = (await waiting).Error!;

        (away.Kind, away.Detail).Should().Be((ProviderErrorKind.NotEntitled, "There is no key any more."));
        _world.Now.Should().BeBefore(Start.AddSeconds(10));
        keyring.SetKeys(ProviderKey.Parse(Secret));
        var first = keyring.Ledger!.Of(keyring.Keys![0].Fingerprint);
        first.Spends.Should().ContainSingle("it is its own, back in the secret or not").Which.Should().Match<Spend>(spend => spend.Id == null && spend.Credits == 8 && spend.To < Start.AddSeconds(5));
    });

    private static KeyringTerms Terms(KeyLimits limits) => new("stub", "STUB_API_KEY", limits, TimeSpan.FromSeconds(30), Enabled: true);

    private static KeyLedger LedgerOfOnly(ProviderKeyring keyring) => keyring.Ledger!.Of(keyring.Keys![0].Fingerprint);

    private void Play(KeyLimits limits, string? secret, Func<ProviderKeyring, Task> story)
    {
        var keyring = new ProviderKeyring(Terms(limits), _state, _world.Time, new ListLogger(_log), _world.Random);
        if (secret is not null)
            keyring.SetKeys(ProviderKey.Parse(secret));
        using var end = new CancellationTokenSource();
        _world.Run(
            async () =>
            {
                var running = keyring.RunAsync(end.Token);
                await story(keyring);
                end.Cancel();
                await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
            },
            TimeSpan.FromDays(2));
    }

    private async Task<KeyGrant> GrantAsync(ProviderKeyring keyring, int credits)
    {
        while (true)
        {
            var grant = await keyring.AcquireAsync(new RequestCost(credits), default);
            if (grant.Error is not { } error)
                return grant;
            await _world.DelayAsync(error.RetryAfter!.Value);
        }
    }

    private async Task SpendAsync(ProviderKeyring keyring, int credits) => await AnswerAsync(keyring, await GrantAsync(keyring, credits));

    private async Task AnswerAsync(ProviderKeyring keyring, KeyGrant grant)
    {
        grant.Error.Should().BeNull();
        await _world.DelayAsync(TimeSpan.FromMilliseconds(300));
        await keyring.ReportAsync(grant, new KeyReport(null, null), default);
        await _world.DelayAsync(TimeSpan.FromMilliseconds(100));
    }

    private sealed class ListLogger(List<string> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Add(formatter(state, exception));
    }
}
