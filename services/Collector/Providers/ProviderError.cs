namespace StocksDapr.Collector.Providers;

/// <summary>Why a provider gave no data.</summary>
/// <param name="Kind">What to do about it.</param>
/// <param name="Detail">What happened, in a sentence; never a key or a payload.</param>
/// <param name="RetryAfter">How long the provider asks to be left alone; null when it does not say.</param>
internal sealed record ProviderError(ProviderErrorKind Kind, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>The same request may succeed later, with nothing changed on our side.</summary>
    public bool IsTransient => Kind is ProviderErrorKind.RateLimited or ProviderErrorKind.TimedOut or ProviderErrorKind.Unavailable
        or ProviderErrorKind.Malformed;

    /// <summary>The vendor does not accept the key, whatever is asked with it: another one may do.</summary>
    public bool IsKeyRefused => Kind == ProviderErrorKind.NotEntitled && !ConcernsThisRequestOnly;

    /// <summary>
    /// Only what this request asked for is refused, such as data beyond the key's plan: the key is good and the provider answers other requests as before.
    /// With <see cref="ProviderErrorKind.NotEntitled"/> this tells a plan that lacks an endpoint or a symbol from a key that is wrong.
    /// </summary>
    public bool ConcernsThisRequestOnly { get; init; }
}

/// <summary>The kinds of failure that call for different treatment.</summary>
internal enum ProviderErrorKind
{
    /// <summary>The provider does not have this symbol.</summary>
    UnknownSymbol,

    /// <summary>The request is not one that the provider answers: an interval, range or number of symbols that it does not have.</summary>
    NotSupported,

    /// <summary>The key is missing, wrong, or does not cover this data.</summary>
    NotEntitled,

    /// <summary>Too many requests: wait.</summary>
    RateLimited,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The provider, or the way to it, is down.</summary>
    Unavailable,

    /// <summary>There was an answer, and it is not what the provider documents.</summary>
    Malformed,
}
