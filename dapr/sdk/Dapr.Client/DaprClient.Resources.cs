using System.Diagnostics.CodeAnalysis;

namespace Dapr.Client;

public abstract partial class DaprClient
{
    internal const string LockDiagnostic = "DAPR_DISTRIBUTEDLOCK";
    internal const string LockDocumentation =
        "https://docs.dapr.io/developing-applications/building-blocks/distributed-lock/distributed-lock-api-overview/";

    /// <summary>Calls an output binding and does not look at its answer.</summary>
    /// <param name="bindingName">Name of the binding component.</param>
    /// <param name="operation">Operation of the binding, such as <c>create</c>.</param>
    /// <param name="data">What to hand over, written as JSON.</param>
    /// <param name="metadata">Metadata of the operation.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract Task InvokeBindingAsync<TRequest>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Calls an output binding that answers with JSON; an empty answer gives the default of its type.</summary>
    public abstract Task<TResponse> InvokeBindingAsync<TRequest, TResponse>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Calls an output binding with bytes and gives its answer as bytes.</summary>
    public abstract Task<BindingResponse> InvokeBindingAsync(BindingRequest request, CancellationToken cancellationToken = default);

    /// <summary>Reads a secret; a store may keep several values under one name.</summary>
    public abstract Task<Dictionary<string, string>> GetSecretAsync(
        string storeName, string key, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default);

    /// <summary>Reads all secrets that the application may see.</summary>
    public abstract Task<Dictionary<string, Dictionary<string, string>>> GetBulkSecretAsync(
        string storeName, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default);

    /// <summary>Reads configuration items; all of them when no key is given.</summary>
    public abstract Task<GetConfigurationResponse> GetConfiguration(
        string storeName,
        IReadOnlyList<string> keys,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Tries to take a lock.</summary>
    /// <param name="storeName">Name of the lock store component.</param>
    /// <param name="resourceId">What is locked.</param>
    /// <param name="lockOwner">Who locks.</param>
    /// <param name="expiryInSeconds">When the lock ends by itself; more than 0.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    [Experimental(LockDiagnostic, UrlFormat = LockDocumentation)]
    public abstract Task<TryLockResponse> Lock(
        string storeName, string resourceId, string lockOwner, int expiryInSeconds, CancellationToken cancellationToken = default);

    /// <summary>Gives a lock back.</summary>
    [Experimental(LockDiagnostic, UrlFormat = LockDocumentation)]
    public abstract Task<UnlockResponse> Unlock(
        string storeName, string resourceId, string lockOwner, CancellationToken cancellationToken = default);
}
