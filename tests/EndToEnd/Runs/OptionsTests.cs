using System.Net;
using System.Text.Json;
using StocksDapr.Support;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>Option chains, from the simulated vendor through every service to the public API.</summary>
[Collection(RunsPlatformCollection.Name)]
public sealed class OptionsTests(RunsPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Chains_fill_in_by_themselves_and_are_answered_through_the_gateway()
    {
        string? symbol = null;
        await Eventually.BeTrueAsync(async () => (symbol = await CollectedAsync()) is not null && await platform.AnswersAsync($"/api/v1/options/{symbol}"), Patience);

        var chain = await platform.GetAsync($"/api/v1/options/{symbol}?strikes=5&limit=10000");
        var contracts = chain.GetProperty("contracts").EnumerateArray().ToList();
        contracts.Count.Should().BeGreaterThan(40);
        contracts.Should().OnlyContain(contract => contract.GetProperty("contract").GetString()!.StartsWith(symbol!, StringComparison.Ordinal));
        contracts.Should().Contain(contract => contract.GetProperty("bid").ValueKind == JsonValueKind.Null, "some contracts nobody quotes");
        contracts.Count(contract => contract.GetProperty("impliedVolatility").ValueKind == JsonValueKind.Number).Should().BeGreaterThan(contracts.Count / 2);

        var expiries = await platform.GetAsync($"/api/v1/options/{symbol}/expiries");
        expiries.GetProperty("expiries").EnumerateArray().Should().Contain(expiry => expiry.GetProperty("impliedMove").ValueKind == JsonValueKind.Object);
        expiries.GetProperty("all").GetProperty("byOpenInterest").GetDouble().Should().BeGreaterThan(0);

        var history = await platform.GetAsync($"/api/v1/options/contracts/{contracts[0].GetProperty("contract").GetString()}/history");
        history.GetProperty("symbol").GetString().Should().Be(symbol);
        history.GetProperty("quotes").GetArrayLength().Should().BeGreaterThan(0);

        using var anonymous = new HttpClient { BaseAddress = platform.Gateway.BaseAddress };
        (await anonymous.GetAsync(new Uri($"/api/v1/options/{symbol}", UriKind.Relative))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    /// <summary>The symbol of a chain that the first snapshot has brought; null as long as there is none.</summary>
    private async Task<string?> CollectedAsync()
    {
        var runs = (await platform.GetAsync("/api/v1/runs?kind=options")).GetProperty("items").EnumerateArray().ToList();
        if (runs.Count == 0)
            return null;

        var run = await platform.GetAsync($"/api/v1/runs/{runs[^1].GetProperty("id").GetString()}");
        return run.GetProperty("steps").EnumerateArray()
            .Where(step => step.GetProperty("id").GetString()!.StartsWith("chain-", StringComparison.Ordinal) && step.GetProperty("state").GetString() == "completed")
            .Select(step => step.GetProperty("name").GetString()!["Chain of ".Length..]).FirstOrDefault();
    }
}
