using StocksDapr.Collector.Providers.Keys;
using Xunit.Abstractions;

namespace StocksDapr.Collector.Tests.Providers.Keys;

/// <summary>Three replicas spend what all of them share, in virtual time, and a vendor that knows nothing of them counts.</summary>
public sealed class BudgetPlanTests(ITestOutputHelper output)
{
    private const int Symbols = 120;
    private const int PerMinute = 8;
    private const int Keys = 5;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, -1)]
    public void Hundred_and_twenty_symbols_take_three_minutes_with_five_free_keys_and_the_most_overdue_go_first(int seed, int skewSeconds)
    {
        var scene = new BudgetScene(seed, new KeyLimits(PerMinute, 800), Keys, TimeSpan.FromSeconds(skewSeconds)) { State = { Latency = TimeSpan.FromMilliseconds(10) } };
        var requests = Symbols / PerMinute;
        var due = Enumerable.Range(0, requests).OrderBy(_ => scene.World.Random.Next()).ToList();

        scene.Run(
            () => Task.WhenAll(Enumerable.Range(0, requests).Select(number =>
                scene.RequestAsync(due[number], number % 3, PerMinute, BudgetScene.Start - TimeSpan.FromHours(1) + TimeSpan.FromMinutes(due[number])))),
            TimeSpan.FromMinutes(5));

        foreach (var (number, at) in scene.Sent)
            output.WriteLine($"{(at - BudgetScene.Start).TotalSeconds,8:0.00} s: due {number}");
        output.WriteLine($"{scene.State.Writes} writes, {scene.State.Conflicts} conflicts");
        scene.Vendor.Overruns().Should().BeEmpty();
        scene.Sent.Should().HaveCount(requests);
        scene.Sent[^1].At.Should().BeBefore(BudgetScene.Start + TimeSpan.FromMinutes(3));

        // Who comes first spends what is there; of all that wait, whoever has been due for longer goes first.
        var waited = scene.Sent.Skip(Keys).Select(sent => sent.Number).ToList();
        waited.Take(Keys).Should().OnlyContain(number => waited.Skip(Keys).All(later => number < later));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_limit_is_ever_passed_whatever_is_asked_when_and_whoever_dies(int seed)
    {
        var random = new Random(seed);
        var (keys, perMinute) = (random.Next(1, 6), random.Next(3, 12));
        var costs = Enumerable.Range(0, random.Next(30, 70)).Select(_ => random.Next(1, perMinute + 1)).ToList();
        var limits = new KeyLimits(perMinute)
        {
            RequestsPerSecond = random.Next(3) == 0 ? random.Next(1, 3) : null,
        };
        if (random.Next(2) == 0)
        {
            // A new day begins while requests wait, and without it they could hardly all be paid.
            limits = limits with { CreditsPerDay = Math.Max(costs.Sum() / keys, perMinute * 3), DayBegins = TimeOnly.FromDateTime(BudgetScene.Start.UtcDateTime.AddMinutes(random.Next(3, 10))) };
        }

        var scene = new BudgetScene(seed, limits, keys, TimeSpan.FromSeconds(1))
        {
            State = { Latency = TimeSpan.FromMilliseconds(random.Next(200)), Failing = random.Next(2) == 0 ? 0 : 0.03 },
            Answering = random.Next(2) == 0 ? (0.05, 0.5) : (0.5, 20),
            Lost = random.Next(2) == 0 ? 0 : 0.05,
        };
        output.WriteLine($"seed {seed}: {limits}, {keys} keys, {costs.Count} requests of {costs.Sum()} credits");

        scene.Run(
            async () =>
            {
                using var over = new CancellationTokenSource();
                var accidents = AccidentsAsync(scene, over.Token);
                await Task.WhenAll(costs.Select(async (cost, number) =>
                {
                    await scene.World.DelayAsync(scene.World.Between(0, 400));
                    var due = random.Next(3) == 0 ? (DateTimeOffset?)null : BudgetScene.Start - scene.World.Between(0, 3600);
                    await scene.RequestAsync(number, random.Next(3), cost, due);
                }));
                over.Cancel(); // Not the asynchronous one, which hands over to another thread.
                await accidents;
            },
            TimeSpan.FromDays(3));

        output.WriteLine($"{scene.Sent.Count} sent in {scene.World.Now - scene.Sent[0].At}, {scene.State.Writes} writes, {scene.State.Conflicts} conflicts");
        scene.Vendor.Overruns().Should().BeEmpty();
    }

    /// <summary>Now and then a replica is killed and comes back, or the store is away.</summary>
    private static async Task AccidentsAsync(BudgetScene scene, CancellationToken cancellationToken)
    {
        var end = scene.World.Now.AddMinutes(20);
        while (!cancellationToken.IsCancellationRequested && scene.World.Now < end)
        {
            await scene.World.DelayAsync(scene.World.Between(10, 120), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (scene.World.Random.Next(4) == 0)
            {
                scene.State.IsAway = true;
                await scene.World.DelayAsync(scene.World.Between(1, 40), CancellationToken.None);
                scene.State.IsAway = false;
                continue;
            }

            var index = scene.World.Random.Next(3);
            scene[index].Kill();
            await scene.World.DelayAsync(scene.World.Between(0, 30), CancellationToken.None);
            scene.Revive(index);
        }
    }
}
