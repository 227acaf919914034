using Microsoft.Extensions.Logging;

namespace Dapr.Workflow;

/// <summary>Many calls at once, but not all at once.</summary>
public static partial class ParallelExtensions
{
    /// <summary>Calls something for each input, a limited number at a time: as soon as one call ends the next begins.</summary>
    /// <param name="context">The workflow.</param>
    /// <param name="inputs">The inputs; read once, at the beginning.</param>
    /// <param name="taskFactory">Makes the call, for example of an activity.</param>
    /// <param name="maxConcurrency">How many calls may be under way; more than zero.</param>
    /// <returns>The results, in the order of the inputs.</returns>
    /// <exception cref="AggregateException">Some calls failed; thrown when all have ended, with every failure.</exception>
    public static async Task<TResult[]> ProcessInParallelAsync<TInput, TResult>(
        this WorkflowContext context, IEnumerable<TInput> inputs, Func<TInput, Task<TResult>> taskFactory, int maxConcurrency = 5)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(taskFactory);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency);

        var work = inputs.ToList();
        var logger = context.CreateReplaySafeLogger(typeof(ParallelExtensions));
        LogBegin(logger, work.Count, maxConcurrency);
        var results = new TResult[work.Count];
        var failures = new List<Exception>();
        var next = 0;
        // All lanes run on the workflow's own thread, one at a time: whichever call ends first, its lane takes the next input.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(maxConcurrency, work.Count)).Select(_ => LaneAsync()).ToArray());
        if (failures.Count > 0)
            throw new AggregateException($"{failures.Count} out of {work.Count} tasks failed", failures);

        LogEnd(logger, work.Count);
        return results;

        async Task LaneAsync()
        {
            while (next < work.Count)
            {
                var index = next++;
                try
                {
                    results[index] = await taskFactory(work[index]);
                }
                catch (Exception failure)
                {
                    failures.Add(failure);
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Begin with {Count} inputs, {MaxConcurrency} at a time")]
    private static partial void LogBegin(ILogger logger, int count, int maxConcurrency);

    [LoggerMessage(2, LogLevel.Debug, "{Count} inputs are done")]
    private static partial void LogEnd(ILogger logger, int count);
}
