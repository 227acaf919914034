using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers.Health;

public sealed class CircuitTests
{
    private static readonly ProviderError Down = new(ProviderErrorKind.Unavailable, "Down.");

    private readonly ManualTimeProvider _time = new(DateTimeOffset.Parse("2026-11-20T14:30:00Z"));

    [Theory]
    [InlineData(nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData(nameof(ProviderErrorKind.NotSupported))]
    [InlineData(nameof(ProviderErrorKind.RateLimited))]
    [InlineData(nameof(ProviderErrorKind.NotEntitled))]
    public void Answers_that_refuse_are_no_failures(string kind)
    {
        var circuit = new Circuit(CircuitPauses.Default, _time);
        for (var answer = 0; answer < 2 * Circuit.Observed; answer++)
            circuit.Record(new ProviderError(Enum.Parse<ProviderErrorKind>(kind), "No."));

        circuit.Allowance().Should().Be(int.MaxValue);
    }

    [Fact]
    public void Half_of_the_last_answers_failing_opens_the_circuit_and_each_vain_trial_makes_the_pause_longer()
    {
        var pauses = new CircuitPauses(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
        var circuit = new Circuit(pauses, _time);
        for (var answer = 0; answer < Circuit.Observed; answer++)
            circuit.Record(answer % 2 == 0 ? null : new ProviderError(ProviderErrorKind.Malformed, "Not JSON."));
        circuit.Allowance().Should().Be(0);

        var pause = pauses.First;
        for (var trial = 0; trial < 8; trial++)
        {
            _time.Advance(pause);
            circuit.TrySend().Should().BeTrue();
            circuit.TrySend().Should().BeFalse();
            circuit.Record(new ProviderError(ProviderErrorKind.TimedOut, "Nothing."));
            pause = pause * 2 < pauses.Longest ? pause * 2 : pauses.Longest;
            circuit.Last.Until.Should().Be(_time.GetUtcNow() + pause);
        }
    }

    [Fact]
    public void Fifth_failure_in_a_row_opens_it_and_a_good_answer_begins_the_row_anew()
    {
        var circuit = new Circuit(CircuitPauses.Default, _time);
        Fail(circuit, 4);
        circuit.Record(null);
        Fail(circuit, 4);
        circuit.Allowance().Should().Be(int.MaxValue);

        Fail(circuit, 1);

        circuit.Allowance().Should().Be(0);
        circuit.Refusal().Should().Match<ProviderError>(refusal => refusal.Kind == ProviderErrorKind.Unavailable && refusal.Detail.EndsWith("Down.") && refusal.RetryAfter == CircuitPauses.Default.First);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(120, 120)]
    [InlineData(3_600, 600)]
    public void It_stays_open_as_long_as_the_provider_asks_within_reason(int asked, int pause)
    {
        var circuit = new Circuit(CircuitPauses.Default, _time);
        Fail(circuit, 5, Down with { RetryAfter = TimeSpan.FromSeconds(asked) });

        circuit.Last.Until.Should().Be(_time.GetUtcNow().AddSeconds(pause));
    }

    [Fact]
    public void Trial_of_which_nothing_is_heard_does_not_hinder_the_next_one_for_ever_and_a_good_one_closes_it()
    {
        var circuit = new Circuit(CircuitPauses.Default, _time);
        Fail(circuit, 5);
        _time.Advance(CircuitPauses.Default.First);
        circuit.TrySend().Should().BeTrue();
        _time.Advance(TimeSpan.FromSeconds(59));
        circuit.TrySend().Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(2));

        circuit.TrySend().Should().BeTrue();

        circuit.Record(null);
        circuit.Allowance().Should().Be(int.MaxValue);
        Fail(circuit, 5);
        circuit.Last.Until.Should().Be(_time.GetUtcNow() + CircuitPauses.Default.First, "that it worked is the end of the row of openings");
    }

    [Fact]
    public void Of_what_replicas_have_found_out_the_newest_counts()
    {
        var (circuit, now) = (new Circuit(CircuitPauses.Default, _time), _time.GetUtcNow());
        var opened = new CircuitChange(true, now, now.AddMinutes(1), 1, "Down.");
        circuit.Adopt(opened);
        circuit.Adopt(new CircuitChange(false, now.AddSeconds(-5), null, 0, null));
        circuit.Last.Should().Be(opened);

        circuit.Adopt(new CircuitChange(false, now.AddSeconds(5), null, 0, null));

        circuit.Allowance().Should().Be(int.MaxValue);
    }

    private static void Fail(Circuit circuit, int times, ProviderError? error = null)
    {
        for (var time = 0; time < times; time++)
            circuit.Record(error ?? Down);
    }
}
