using System.Globalization;
using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Runs;

/// <summary>Which execution of a run is the one that counts.</summary>
internal interface IRunClaims
{
    /// <summary>Whether the run belongs to the ticket from now on, or has belonged to it before.</summary>
    /// <exception cref="DaprException">Nobody can be asked.</exception>
    Task<bool> TryClaimAsync(string runId, string ticket, CancellationToken cancellationToken);
}

/// <summary>
/// Which execution of a run is the one that counts: the first that has written its ticket under the run's id in the state store. A ticket is
/// kept far longer than a schedule's slot can come up again.
/// </summary>
internal sealed class RunClaims(DaprClient dapr) : IRunClaims
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };

    private static readonly Dictionary<string, string> Metadata = new() { ["ttlInSeconds"] = Kept.TotalSeconds.ToString(CultureInfo.InvariantCulture) };

    public async Task<bool> TryClaimAsync(string runId, string ticket, CancellationToken cancellationToken)
    {
        var key = "run-" + runId;
        if (await FindAsync(key, cancellationToken) is { } holder)
            return holder == ticket;

        try
        {
            // No ETag, first write: it is written only if nothing is there.
            await dapr.TrySaveStateAsync(Components.StateStore, key, new Claim(ticket), "", FirstWrite, Metadata, cancellationToken);
        }
        catch (DaprException) when (!cancellationToken.IsCancellationRequested)
        {
            // Some stores say so when another one was first. What is stored decides, unless nothing is.
            return await FindAsync(key, cancellationToken) is { } first ? first == ticket : throw new DaprException($"The state store did not keep the claim of {runId}.");
        }

        return await FindAsync(key, cancellationToken) == ticket;
    }

    private async Task<string?> FindAsync(string key, CancellationToken cancellationToken) =>
        (await dapr.GetStateAsync<Claim?>(Components.StateStore, key, ConsistencyMode.Strong, cancellationToken: cancellationToken))?.Ticket;

    private sealed record Claim(string Ticket);
}
