using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace StocksDapr.Support;

/// <summary>Waits for something that becomes true in its own time: asks again and again until a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never held; names the condition as written in the test.</exception>
    public static Task BeTrueAsync(
        Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        BeTrueAsync(() => Task.FromResult(condition()), within, what);

    /// <inheritdoc cref="BeTrueAsync(Func{bool}, TimeSpan?, string)"/>
    public static async Task BeTrueAsync(
        Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var clock = Stopwatch.StartNew();
        var patience = within ?? Patience;
        while (!await condition())
        {
            if (clock.Elapsed > patience)
                throw new TimeoutException($"Not true within {patience.TotalSeconds:0.#} s: {what}");
            await Task.Delay(Interval);
        }
    }

    /// <summary>Waits until the assertions pass; fails as the last attempt did.</summary>
    public static async Task PassAsync(Func<Task> assertions, TimeSpan? within = null)
    {
        var clock = Stopwatch.StartNew();
        var patience = within ?? Patience;
        while (true)
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (clock.Elapsed < patience)
            {
                await Task.Delay(Interval);
            }
        }
    }

    /// <inheritdoc cref="PassAsync(Func{Task}, TimeSpan?)"/>
    public static Task PassAsync(Action assertions, TimeSpan? within = null) =>
        PassAsync(
            () =>
            {
                assertions();
                return Task.CompletedTask;
            },
            within);
}
