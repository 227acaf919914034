using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>The rules of one key's ledger, each by itself. That together they pass no limit is for <see cref="BudgetPlanTests"/>.</summary>
public sealed class KeyBudgetTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.Parse("2026-11-20T12:00:00Z");
    private static readonly KeyBudget Budget = new(new KeyLimits(8, 16), TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData("00:00", "2026-11-20T23:59:59Z", "2026-11-20")]
    [InlineData("00:00", "2026-11-21T00:00:00Z", "2026-11-21")]
    [InlineData("00:00", "2026-11-21T01:00:00Z", "2026-11-21")] // whatever the day of New York
    [InlineData("05:00", "2026-11-21T04:59:59Z", "2026-11-20")]
    [InlineData("05:00", "2026-11-21T05:00:00Z", "2026-11-21")]
    public void Day_is_the_vendors(string begins, string at, string day)
    {
        var budget = new KeyBudget(new KeyLimits(8, 16) { DayBegins = TimeOnly.Parse(begins) }, TimeSpan.FromSeconds(30));

        budget.DayOf(DateTimeOffset.Parse(at)).Should().Be(DateOnly.Parse(day));
        budget.BeginOf(DateOnly.Parse(day)).Should().Be(DateTimeOffset.Parse($"{day}T{begins}:00Z"));
    }

    [Theory]
    [InlineData("2026-11-20T23:59:57Z", 16)]
    [InlineData("2026-11-21T00:00:03Z", 16)] // some replica's clock is not there yet
    [InlineData("2026-11-21T00:00:05Z", 0)]
    public void Day_is_over_when_it_is_so_by_every_replicas_clock(string now, int spent)
    {
        var ledger = Budget.Prune(new KeyLedger { Day = new DateOnly(2026, 11, 20), DaySpent = 16 }, DateTimeOffset.Parse(now));

        Budget.SpentInDay(ledger, new DateOnly(2026, 11, 20)).Should().Be(spent);
    }

    [Fact]
    public void What_a_key_spent_yesterday_is_no_matter_today()
    {
        var yesterday = new KeyLedger { Day = new DateOnly(2026, 11, 20), DaySpent = 16 };

        Budget.EarliestAt(yesterday, [], 1, DateTimeOffset.Parse("2026-11-20T23:00:00Z")).Should().Be(DateTimeOffset.Parse("2026-11-21T00:00:02Z"));
        var early = DateTimeOffset.Parse("2026-11-21T00:10:00Z");
        Budget.EarliestAt(Budget.Prune(yesterday, early), [], 1, early).Should().Be(early);
    }

    public static TheoryData<string> Kinds => [.. Enum.GetNames<ProviderErrorKind>(), "none"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_granted_is_spent_once_whatever_came_of_it(string kind)
    {
        var error = kind == "none" ? null : new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "…");
        var report = new SpendReport("key", "one", Noon, Noon.AddSeconds(3), error, null);

        var ledger = Budget.Report(Budget.Report(Budget.Grant(Budget.Grant(new KeyLedger(), "one", 3, Noon), "two", 2, Noon), report), report);

        KeyBudget.SpentInMinute(ledger, Noon.AddSeconds(3)).Should().Be(5);
        Budget.SpentInDay(ledger, new DateOnly(2026, 11, 20)).Should().Be(5);
        Budget.SpentInDay(Budget.Prune(ledger, Noon.AddMinutes(10)), new DateOnly(2026, 11, 20)).Should().Be(5);
    }

    [Fact]
    public void What_is_answered_within_one_second_is_kept_as_one_and_counts_as_all()
    {
        var ledger = new KeyLedger();
        for (var request = 0; request < 3; request++)
        {
            ledger = Budget.Grant(ledger, $"r{request}", 2, Noon);
            ledger = Budget.Report(ledger, new SpendReport("key", $"r{request}", Noon, Noon.AddMilliseconds(100 + request), null, null));
        }

        ledger.Spends.Should().ContainSingle().Which.Should().Be(new Spend(Noon, Noon.AddSeconds(1), 6, 3));
    }

    [Theory]
    [InlineData(null, 1, 1)] // one left: seven are spent, four of them not by us
    [InlineData(7, null, 1)]
    [InlineData(null, 8, 4)] // more left than we think is no gift
    [InlineData(null, -5, 0)] // it may count as it likes, no more than the limit is spent
    [InlineData(null, null, 4)]
    public void Vendors_word_only_lowers_what_is_left(int? used, int? vendorsLeft, int left)
    {
        var ledger = Budget.Grant(new KeyLedger(), "one", 4, Noon);

        ledger = Budget.Report(ledger, new SpendReport("key", "one", Noon, Noon.AddSeconds(1), null, new CreditUsage(used, vendorsLeft)));

        (8 - KeyBudget.SpentInMinute(ledger, Noon.AddSeconds(1))).Should().Be(left);
    }

    [Fact]
    public void Limited_key_rests_as_long_as_the_vendor_says_or_longer_each_time_and_what_was_under_way_together_counts_once()
    {
        var ledger = Limited(Limited(new KeyLedger(), 0, 1), 0, 2);
        (ledger.Limits, ledger.LimitedUntil).Should().Be((1, Noon.AddSeconds(1 + 60 + 2)));

        ledger = Limited(ledger, 70, 71);
        (ledger.Limits, ledger.LimitedUntil).Should().Be((2, Noon.AddSeconds(71 + 120 + 2)));
        ledger = Limited(ledger, 200, 201, TimeSpan.FromMinutes(10));
        ledger.LimitedUntil.Should().Be(Noon.AddSeconds(201 + 600 + 2));
        Limited(ledger, 199, 202, TimeSpan.FromMinutes(1)).LimitedUntil.Should().Be(ledger.LimitedUntil, "a shorter word takes nothing back");
        Limited(ledger, 900, 901, TimeSpan.FromDays(30)).LimitedUntil.Should().Be(Noon.AddSeconds(901 + 2).AddDays(1));

        Good(ledger, 200, 203).LimitedUntil.Should().Be(ledger.LimitedUntil, "that was sent before");
        Good(ledger, 900, 901).Should().Match<KeyLedger>(good => good.LimitedUntil == null && good.Limits == 0 && good.Complaint == null);
    }

    [Fact]
    public void Key_that_is_not_accepted_rests_longer_each_time_and_a_plan_that_lacks_something_says_nothing_against_it()
    {
        var refused = new ProviderError(ProviderErrorKind.NotEntitled, "Wrong key.");
        var ledger = Said(Said(new KeyLedger(), refused, 0, 1), refused, 0, 2);
        (ledger.Refusals, ledger.RefusedUntil).Should().Be((1, Noon.AddSeconds(1).AddMinutes(10)));

        ledger = Said(ledger, refused, 700, 701);
        ledger.RefusedUntil.Should().Be(Noon.AddSeconds(701).AddMinutes(20));
        Good(ledger, 3_000, 3_001).RefusedUntil.Should().BeNull();
        Said(new KeyLedger(), refused with { ConcernsThisRequestOnly = true }, 0, 1).Should().Match<KeyLedger>(good => good.RefusedUntil == null && good.Complaint == null);

        ledger.BlockedUntil(Noon).Should().Be(ledger.RefusedUntil);
        Limited(ledger, 710, 711, TimeSpan.FromHours(3)).BlockedUntil(Noon).Should().Be(Noon.AddSeconds(711 + 2).AddHours(3), "the later of the two");
        Limited(ledger, 710, 711).BlockedUntil(Noon).Should().Be(ledger.RefusedUntil);
        ledger.BlockedUntil(Noon.AddDays(1)).Should().BeNull();
    }

    private static KeyLedger Limited(KeyLedger ledger, int grantedAt, int at, TimeSpan? retryAfter = null) =>
        Said(ledger, new ProviderError(ProviderErrorKind.RateLimited, "Too many.", retryAfter), grantedAt, at);

    private static KeyLedger Good(KeyLedger ledger, int grantedAt, int at) => Said(ledger, null, grantedAt, at);

    /// <param name="grantedAt">Seconds after noon.</param>
    /// <param name="at">Seconds after noon.</param>
    private static KeyLedger Said(KeyLedger ledger, ProviderError? error, int grantedAt, int at) =>
        Budget.Report(ledger, new SpendReport("key", "none", Noon.AddSeconds(grantedAt), Noon.AddSeconds(at), error, null));
}
