namespace StocksDapr.Writer.Storage;

/// <summary>
/// Does work for many items at once, in one transaction, and finds the items that make it fail: when the data is to blame, it tries
/// each half on its own, until the culprits stand alone.
/// </summary>
internal sealed class Isolation(Partitions partitions, TimeProvider time)
{
    private const int MaxPassingFailures = 6;

    /// <param name="work">All or nothing; may be called again with the same items.</param>
    /// <param name="refuse">Called for an item that cannot be stored, alone or with others.</param>
    /// <exception cref="Exception">
    /// The database's trouble, as <paramref name="work"/> threw it. What was done or refused until then stays so; <paramref name="work"/> must know.
    /// </exception>
    public async Task RunAsync<T>(
        IReadOnlyList<T> items,
        Func<IReadOnlyList<T>, CancellationToken, Task> work,
        Func<T, Exception, Task> refuse,
        CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return;

        var lookedAgain = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work(items, cancellationToken);
                return;
            }
            catch (Exception exception) when (DatabaseFailure.IsPassing(exception) && attempt <= MaxPassingFailures)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 20) * attempt), time, cancellationToken);
            }
            catch (Exception exception) when (DatabaseFailure.IsStaleView(exception) && !lookedAgain)
            {
                lookedAgain = true;
                partitions.Forget();
            }
            catch (Exception exception) when (DatabaseFailure.IsAboutData(exception) && items.Count == 1)
            {
                await refuse(items[0], exception);
                return;
            }
            catch (Exception exception) when (DatabaseFailure.IsAboutData(exception))
            {
                var half = items.Count / 2;
                await RunAsync([.. items.Take(half)], work, refuse, cancellationToken);
                await RunAsync([.. items.Skip(half)], work, refuse, cancellationToken);
                return;
            }
        }
    }
}
