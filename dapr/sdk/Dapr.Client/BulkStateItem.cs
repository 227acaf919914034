namespace Dapr.Client;

/// <summary>A value of a bulk read, as JSON text.</summary>
public readonly struct BulkStateItem(string key, string value, string etag)
{
    /// <summary>The state key.</summary>
    public string Key { get; } = key;

    /// <summary>The value as JSON text; empty when nothing is stored.</summary>
    public string Value { get; } = value;

    /// <summary>The value's etag; empty when nothing is stored.</summary>
    public string ETag { get; } = etag;
}

/// <summary>A value of a bulk read.</summary>
/// <typeparam name="TValue">Type of the value.</typeparam>
public readonly struct BulkStateItem<TValue>(string key, TValue value, string etag)
{
    /// <summary>The state key.</summary>
    public string Key { get; } = key;

    /// <summary>The value; the default of its type when nothing is stored.</summary>
    public TValue Value { get; } = value;

    /// <summary>The value's etag; empty when nothing is stored.</summary>
    public string ETag { get; } = etag;
}
