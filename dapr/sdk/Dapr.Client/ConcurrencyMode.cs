namespace Dapr.Client;

/// <summary>Who wins when two write the same key.</summary>
public enum ConcurrencyMode
{
    /// <summary>The first writer wins; a later one with an outdated etag, or without one, fails.</summary>
    FirstWrite,

    /// <summary>The last writer wins.</summary>
    LastWrite,
}
