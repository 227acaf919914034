using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Providers;

public class SimulatedJsonTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("<html>down for maintenance</html>")]
    [InlineData("""{"bars":[]}""")]
    [InlineData("""{"bars":{"A":{}}}""")]
    [InlineData("""{"bars":{"A":[1]}}""")]
    [InlineData("""{"bars":{"A":[{"t":"2026-11-20","o":1""")]
    public void What_is_not_an_answer_is_refused(string body) =>
        FluentActions.Invoking(() => Read(body)).Should().Throw<JsonException>();

    [Fact]
    public void Values_that_are_no_numbers_are_kept_as_they_were_said()
    {
        var bar = Read("""{"bars":{"A":[{"t":"2026-11-20","o":"n/a","h":null,"l":1e400,"c":true,"v":[1,2],"extra":{"x":1}}]}}""")["A"].Value!.Single();

        bar.Open.Text.Should().Be("n/a");
        bar.High.IsMissing.Should().BeTrue();
        bar.Low.Text.Should().NotBeNull();
        bar.Close.Text.Should().NotBeNull();
        bar.Volume.Text.Should().NotBeNull();
    }

    [Theory]
    [InlineData("2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20T09:30:00-05:00", "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z")]
    public void Times_are_read_as_instants(string text, string instant) =>
        Read($$$"""{"bars":{"A":[{"t":"{{{text}}}"}]}}""")["A"].Value!.Single()
            .Should().Be(new RawBar(DateTimeOffset.Parse(instant), default, default, default, default, default));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"t":null}""")]
    [InlineData("""{"t":{"at":"noon"}}""")]
    [InlineData("""{"t":"yesterday"}""")]
    public void Bars_without_a_readable_time_are_an_error_of_their_symbol(string bar)
    {
        var answer = Read($$$"""{"bars":{"A":[{{{bar}}}],"B":[]}}""");

        answer["A"].Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
        answer["B"].Value.Should().BeEmpty();
    }

    [Fact]
    public void Overlong_text_is_cut() =>
        Read($$$"""{"bars":{"A":[{"t":"2026-11-20","o":"{{{new string('9', 5000)}}}"}]}}""")["A"].Value!.Single().Open.Text.Should().HaveLength(100);

    private static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> Read(string body) =>
        SimulatedJson.ReadBars(Encoding.UTF8.GetBytes(body), ["A"]);
}
