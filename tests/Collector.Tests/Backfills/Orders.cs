using System.Text.Json;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Backfills;

/// <summary>Backfills as a house would take them.</summary>
internal static class Orders
{
    public static async Task<BackfillOrder> ReadAsync(RunHouse house, string body)
    {
        var (order, problem) = await new BackfillReader([house.Due], ExchangeCalendar.UsEquities, house.Time).ReadAsync(JsonElement.Parse(body), PartPatience.Of(house.Options), default);
        problem.Should().BeNull();
        return order!;
    }
}
