using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Tests.Providers.Keys;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Health;

public sealed class HealthBookTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-20T14:30:00Z");

    [Theory]
    [InlineData(null, 1)]
    [InlineData(nameof(ProviderErrorKind.UnknownSymbol), 1)] // an answer to what was asked
    [InlineData(nameof(ProviderErrorKind.NotSupported), 1)]
    [InlineData(nameof(ProviderErrorKind.NotEntitled), 0)]
    [InlineData(nameof(ProviderErrorKind.RateLimited), 0)]
    [InlineData(nameof(ProviderErrorKind.TimedOut), 0)]
    [InlineData(nameof(ProviderErrorKind.Unavailable), 0)]
    [InlineData(nameof(ProviderErrorKind.Malformed), 0)]
    public void An_answer_is_good_when_it_answers_what_was_asked(string? kind, int good)
    {
        var book = HealthBook.Of(Error(kind), TimeSpan.FromSeconds(2), Start);

        book.Hour.Should().ContainSingle().Which.Should().Be(new HealthSlot(Start, 1, good, 2_000));
        book.Day.Should().ContainSingle().Which.At.Should().Be(DateTimeOffset.Parse("2026-11-20T14:00:00Z"));
    }

    [Fact]
    public void Hour_and_day_go_by_and_the_last_error_stays_whatever_comes_after()
    {
        var book = HealthBook.Of(Error("Malformed", "old"), TimeSpan.Zero, Start)
            .Plus(HealthBook.Of(Error("Malformed", "new"), TimeSpan.Zero, Start.AddMinutes(20)), Start.AddMinutes(20))
            .Plus(HealthBook.Of(Error("Malformed", "late"), TimeSpan.Zero, Start.AddMinutes(10)), Start.AddMinutes(20))
            .Plus(HealthBook.Of(null, TimeSpan.Zero, Start.AddMinutes(22)), Start.AddMinutes(22))
            .Plus(HealthBook.Of(null, TimeSpan.Zero, Start.AddMinutes(25)), Start.AddMinutes(25))
            .Plus(HealthBook.Of(null, TimeSpan.Zero, Start.AddMinutes(24)), Start.AddMinutes(25));

        (book.LastError!.Detail, book.LastSuccess).Should().Be(("new", Start.AddMinutes(25)));
        book.Hour.Sum(slot => slot.Answers).Should().Be(6);
        var later = book.Plus(HealthBook.Empty, Start.AddMinutes(65));
        later.Hour.Sum(slot => slot.Answers).Should().Be(5, "the first one is more than an hour ago");
        later.Day.Sum(slot => slot.Answers).Should().Be(6);
        later.Plus(HealthBook.Empty, Start.AddDays(2)).Should().Match<HealthBook>(old => old.Hour.Count == 0 && old.Day.Count == 0 && old.LastError!.Detail == "new");
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_once_when_the_store_is_back()
    {
        var (state, time) = (new SharedState(Task.Delay, new Random(1)), new ManualTimeProvider(Start));
        using var one = new ProviderHealth("stub", CircuitPauses.Default, state, time);
        using var other = new ProviderHealth("stub", CircuitPauses.Default, state, time);
        one.Record(null, TimeSpan.Zero);
        state.IsAway = true;
        (await one.TryShareAsync(default)).Should().BeFalse();
        one.Book.Hour.Should().ContainSingle().Which.Answers.Should().Be(1, "it knows what it saw itself");

        state.IsAway = false;
        one.Record(Error("TimedOut"), TimeSpan.Zero);
        for (var share = 0; share < 3; share++)
            (await one.TryShareAsync(default)).Should().BeTrue();
        await other.TryShareAsync(default);

        foreach (var book in (HealthBook[])[one.Book, other.Book])
            book.Hour.Should().ContainSingle().Which.Should().Match<HealthSlot>(slot => slot.Answers == 2 && slot.Good == 1);
    }

    private static ProviderError? Error(string? kind, string detail = "No.") => kind is null ? null : new ProviderError(Enum.Parse<ProviderErrorKind>(kind), detail);
}
