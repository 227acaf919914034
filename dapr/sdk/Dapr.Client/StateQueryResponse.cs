namespace Dapr.Client;

/// <summary>The answer to a state query.</summary>
/// <typeparam name="TValue">Type of the values.</typeparam>
public class StateQueryResponse<TValue>(
    IReadOnlyList<StateQueryItem<TValue>> results, string token, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>What was found.</summary>
    public IReadOnlyList<StateQueryItem<TValue>> Results { get; } = [.. results];

    /// <summary>Where the next page starts; empty when there is none.</summary>
    public string Token { get; } = token;

    /// <summary>What the store adds.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;
}

/// <summary>A result of a state query.</summary>
/// <typeparam name="TValue">Type of the value.</typeparam>
public class StateQueryItem<TValue>(string key, TValue? data, string etag, string error)
{
    /// <summary>The state key.</summary>
    public string Key { get; } = key;

    /// <summary>The value.</summary>
    public TValue? Data { get; } = data;

    /// <summary>The value's etag.</summary>
    public string ETag { get; } = etag;

    /// <summary>Why the value could not be read; empty otherwise.</summary>
    public string Error { get; } = error;
}
