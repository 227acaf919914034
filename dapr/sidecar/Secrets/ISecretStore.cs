using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Secrets;

/// <summary>A store of secrets. A secret is a small map; most stores keep one value under the secret's own name.</summary>
internal interface ISecretStore : IComponent
{
    /// <summary>One secret.</summary>
    /// <exception cref="SecretStoreException">There is no such secret, where the store makes an error of that.</exception>
    Task<IReadOnlyDictionary<string, string>> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>All secrets by name.</summary>
    Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken);
}

/// <summary>A store could not give a secret; the message is what the caller is told.</summary>
internal sealed class SecretStoreException(string message) : Exception(message);
