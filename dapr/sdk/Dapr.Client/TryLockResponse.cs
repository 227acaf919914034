using System.Diagnostics.CodeAnalysis;

namespace Dapr.Client;

/// <summary>The answer to an attempt to take a lock. Disposing it gives the lock back.</summary>
[Experimental(DaprClient.LockDiagnostic, UrlFormat = DaprClient.LockDocumentation)]
public sealed class TryLockResponse : IAsyncDisposable
{
    /// <summary>Whether the lock was taken.</summary>
    public bool Success { get; init; }

    /// <summary>What is locked.</summary>
    public string ResourceId { get; init; } = string.Empty;

    /// <summary>Who holds the lock.</summary>
    public string LockOwner { get; init; } = string.Empty;

    /// <summary>Name of the lock store component.</summary>
    public string StoreName { get; init; } = string.Empty;

    /// <summary>The client that took the lock, so that it is given back at the same sidecar.</summary>
    internal DaprClient? Client { get; init; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!Success) return;
        if (Client is not null)
        {
            await Client.Unlock(StoreName, ResourceId, LockOwner);
            return;
        }

        using var client = new DaprClientBuilder().Build();
        await client.Unlock(StoreName, ResourceId, LockOwner);
    }
}
