using System.Text;
using StocksDapr.Market;
using StocksDapr.Query.Bars;

namespace StocksDapr.Query.Tests.Bars.Caching;

/// <summary>A store whose reads take their snapshot when they begin and answer when the test lets them.</summary>
internal sealed class FakeBarStore : IBarStore
{
    private readonly List<(TaskCompletionSource Gate, int Period)> _held = [];

    /// <summary>The close that every bar has now.</summary>
    public double Value { get; set; } = 1;

    public bool Hold { get; set; }

    public Exception? Failure { get; set; }

    public int Loads { get; private set; }

    public int Finds { get; private set; }

    public int Waiting => _held.Count(held => !held.Gate.Task.IsCompleted);

    public void Release()
    {
        Hold = false;
        foreach (var (gate, _) in _held)
            gate.TrySetResult();
    }

    public async Task<IReadOnlyList<Series>> FindSeriesAsync(IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken)
    {
        Finds++;
        var last = DateTimeOffset.UnixEpoch.AddYears(50).AddDays(Value).ToUnixTimeSeconds();
        await PassAsync(0, cancellationToken);
        return [.. symbols.Where(symbol => symbol != "UNKNOWN").Select((symbol, i) => new Series(symbol, interval, i, 0, last))];
    }

    public async Task<Block[]> LoadAsync(Series series, int firstPeriod, int lastPeriod, CancellationToken cancellationToken)
    {
        Loads++;
        var snapshot = Value;
        await PassAsync(firstPeriod, cancellationToken);
        return [.. Enumerable.Range(firstPeriod, lastPeriod - firstPeriod + 1).Select(period =>
        {
            var builder = new BlockBuilder(series.Interval);
            builder.Add(new Bar(BlockPeriods.Start(series.Interval, period), 1, 1, 1, snapshot, 1), "\"s\""u8);
            return builder.Build();
        })];
    }

    public Task<Block> LoadAsOfAsync(Series series, long from, long to, int limit, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public static double ValueOf(Block block)
    {
        var text = Encoding.UTF8.GetString(block.Slice(0, 1).Span);
        return System.Text.Json.Nodes.JsonNode.Parse(text)!["close"]!.GetValue<double>();
    }

    private async Task PassAsync(int period, CancellationToken cancellationToken)
    {
        if (Hold)
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _held.Add((gate, period));
            await gate.Task.WaitAsync(cancellationToken);
        }

        if (Failure is { } failure)
            throw failure;
    }
}
