using System.Text.Json;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Backfills;

public sealed class RunBackfillTests : IDisposable
{
    private readonly RunHouse _house = new(symbols: 8);

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Backfill_is_collected_in_parts_on_the_history_lane_whatever_the_age()
    {
        var order = await OrderAsync("""{"symbols":["@0","@1","@2"],"interval":"5min","from":"2026-01-02","to":"2026-11-20"}""");

        await RunAsync(order);

        order.Parts.Should().Be(4, "223 sessions of 78 bars are 4 times 5,000");
        _house.Store.TopicsOfBars().Should().HaveCount(12).And.OnlyContain(lane => lane == "history");
        _house.Store.Batches.Select(batch => batch.Provenance.Import).Should().OnlyHaveUniqueItems();
        var traded = new List<Bar>();
        _house.Market.AddBars(
            _house.Market.Companies[0].Symbol, Interval.FiveMinutes, DateTimeOffset.Parse("2026-01-02T00:00:00Z"), _house.Time.GetUtcNow(), _house.Time.GetUtcNow(), traded);
        _house.Store.Stored(_house.Market.Companies[0].Symbol, Interval.FiveMinutes).Should().Equal(traded.Select(bar => bar.Start));
        _house.Store.Events.OfType<RunPlanned>().Single().Parts.Should().Be(4);
        _house.EndedSteps.Select(step => step.Step).Should().BeEquivalentTo("part-0", "part-1", "part-2", "part-3");
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
        var asked = _house.Store.Events.OfType<RunStarted>().Single().Parameters!.Value;
        (asked.GetProperty("interval").GetString(), asked.GetProperty("ranges").GetInt32(), asked.GetProperty("symbols").GetArrayLength()).Should().Be(("5min", 4, 3));
    }

    [Fact]
    public async Task Long_backfill_goes_on_in_new_generations_with_small_inputs()
    {
        _house.Provider.Capabilities = _house.Provider.Capabilities with { MaxSymbols = 1, MaxBars = 60 };
        var order = await OrderAsync("""{"symbols":["@0","@1","@2","@3"],"interval":"1d","from":"2020-01-02","to":"2026-11-19"}""");

        await RunAsync(order);

        order.Parts.Should().Be(116);
        _house.Stage.Generations.Should().Be(6);
        _house.EndedSteps.Should().HaveCount(116).And.OnlyContain(step => step.Outcome == StepOutcome.Completed);
        _house.Store.Batches.Select(batch => batch.Provenance.Import!.Number).Should().OnlyHaveUniqueItems();
        _house.Stage.LongestInput.Should().BeLessThan(10_000);
    }

    [Fact]
    public async Task Symbols_that_fail_are_told_apart_from_those_that_have_nothing()
    {
        var empty = _house.Market.Companies[1].Symbol;
        _house.Provider.Edits = (_, symbol, bars) => symbol == empty ? [] : bars;
        var order = await OrderAsync("""{"symbols":["@0","@1","NOSUCH.SIM"],"interval":"1d","from":"2026-01-02","to":"2026-11-19"}""");

        await RunAsync(order);

        var part = _house.EndedSteps.Single();
        part.Outcome.Should().Be(StepOutcome.Incomplete);
        part.Symbols!.Select(symbol => symbol.Outcome).Should().Equal(SymbolOutcome.Stored, SymbolOutcome.Empty, SymbolOutcome.Failed);
        _house.End.Outcome.Should().Be(RunOutcome.Completed);
    }

    [Fact]
    public async Task Backfill_that_gets_nothing_at_all_has_failed()
    {
        await RunAsync(await OrderAsync("""{"symbols":["NOSUCH.SIM"],"interval":"1d","from":"2026-01-02","to":"2026-11-19"}"""));
        _house.End.Outcome.Should().Be(RunOutcome.Failed);

        _house.Provider.Fails = _ => new ProviderError(ProviderErrorKind.NotEntitled, "The provider answered 402.");
        _house.Provider.Capabilities = _house.Provider.Capabilities with { MaxSymbols = 1 };
        await RunAsync(await OrderAsync("""{"symbols":["@0","@1","@2","@3","@4","@5"],"interval":"1d","from":"2026-01-02","to":"2026-11-19"}"""), "backfill-2");
        (_house.End.Outcome, _house.End.Detail).Should().Be((RunOutcome.Failed, "The provider answered 402."));
    }

    [Theory]
    [InlineData("[]", "bad_body")]
    [InlineData("""{"symbols":[],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbols")]
    [InlineData("""{"symbols":"A","interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbols")]
    [InlineData("""{"symbols":["A",7],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbol")]
    [InlineData("""{"symbols":["A B"],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}""", "bad_symbol")]
    [InlineData("""{"symbols":["A"],"interval":"1wk","from":"2026-01-02","to":"2026-01-05"}""", "bad_interval")]
    [InlineData("""{"symbols":["A"],"from":"2026-01-02","to":"2026-01-05"}""", "bad_interval")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-02-30","to":"2026-01-05"}""", "bad_from")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02"}""", "bad_to")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-06","to":"2026-01-05"}""", "bad_range")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-06","to":"2026-11-21"}""", "bad_to")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"1997-12-31","to":"2026-01-05"}""", "bad_from")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-03","to":"2026-01-04"}""", "no_sessions")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-01-05","provider":"nobody"}""", "bad_provider")]
    [InlineData("""{"symbols":["A"],"interval":"1d","from":"2026-01-02","to":"2026-01-05","speed":9}""", "unknown_property")]
    public async Task Order_that_makes_no_sense_is_refused_with_a_reason(string body, string code)
    {
        var (order, problem) = await Reader().ReadAsync(JsonElement.Parse(body), PartPatience.Of(_house.Options), default);

        order.Should().BeNull();
        ApiProblemOf(problem!).Should().Be(code);
    }

    [Fact]
    public async Task Order_that_takes_too_many_requests_is_refused()
    {
        _house.Provider.Capabilities = _house.Provider.Capabilities with { MaxSymbols = 1, MaxBars = 100 };
        var symbols = string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"S{i}\""));

        var (order, problem) = await Reader().ReadAsync(
            JsonElement.Parse($$"""{"symbols":[{{symbols}}],"interval":"1d","from":"2010-01-04","to":"2026-01-05"}"""), PartPatience.Of(_house.Options), default);

        order.Should().BeNull();
        ApiProblemOf(problem!).Should().Be("range_too_long");
    }

    [Fact]
    public async Task Same_key_and_order_are_the_same_backfill_and_another_order_is_another()
    {
        var (one, other) = (await OrderAsync("""{"symbols":["@0"],"interval":"1d","from":"2026-01-02","to":"2026-01-05"}"""), await OrderAsync("""{"symbols":["@0"],"interval":"1d","from":"2026-01-02","to":"2026-01-06"}"""));

        BackfillReader.IdOf("key", one, _house.Time).Should().Be(BackfillReader.IdOf("key", one, _house.Time)).And.MatchRegex("^backfill-[a-z0-9-]{1,55}$");
        BackfillReader.IdOf("key", one, _house.Time).Should().NotBe(BackfillReader.IdOf("key", other, _house.Time));
        BackfillReader.IdOf(null, one, _house.Time).Should().NotBe(BackfillReader.IdOf(null, one, _house.Time)).And.MatchRegex("^backfill-[a-z0-9-]{1,55}$");
    }

    private Task<string> RunAsync(BackfillOrder order, string id = "backfill-1") => _house.Stage.RunAsync(new RunBackfill(), id, order);

    private BackfillReader Reader() => new([_house.Due], ExchangeCalendar.UsEquities, _house.Time);

    /// <param name="body">The body; <c>@0</c> stands for the first company.</param>
    private async Task<BackfillOrder> OrderAsync(string body)
    {
        for (var i = 0; i < _house.Market.Companies.Count; i++)
            body = body.Replace($"@{i}", _house.Market.Companies[i].Symbol);
        return await Orders.ReadAsync(_house, body);
    }

    private static string? ApiProblemOf(Microsoft.AspNetCore.Http.IResult problem)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext { Response = { Body = new MemoryStream() } };
        problem.ExecuteAsync(context).IsCompletedSuccessfully.Should().BeTrue();
        context.Response.StatusCode.Should().Be(400);
        return JsonElement.Parse(((MemoryStream)context.Response.Body).ToArray()).GetProperty("code").GetString();
    }
}
