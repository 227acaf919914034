using System.Net;
using System.Net.Http.Headers;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>How one vendor wants requests signed, and how its answers say that something is wrong: often with status 200.</summary>
internal interface IVendorDialect
{
    /// <summary>Puts the key where the vendor wants it.</summary>
    void Sign(HttpRequestMessage request, string secret);

    /// <summary>
    /// What is wrong with an answer as a whole; null when nothing is, or when the status says it all. Asked for answers of every status. The detail must not
    /// repeat a key, which some vendors put into their messages.
    /// </summary>
    ProviderError? ErrorOf(VendorResponse response);

    /// <summary>
    /// Whether an answer without an error as a whole is for the provider to read. A vendor that says by a failing status what concerns one symbol only has
    /// such answers read as well; otherwise a failing status says it all.
    /// </summary>
    bool IsReadable(VendorResponse response) => response.IsSuccess;

    /// <summary>What the answer says of the budget; null when it does not.</summary>
    CreditUsage? UsageOf(VendorResponse response);
}

/// <summary>An answer with its body, as received.</summary>
internal readonly record struct VendorResponse(HttpStatusCode Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>A request to a vendor.</summary>
/// <param name="Path">Path and query, without the key: it is put on the trace.</param>
/// <param name="Cost">What it costs.</param>
internal sealed record VendorRequest(string Path, RequestCost Cost)
{
    public VendorRequest(string path)
        : this(path, new RequestCost(1))
    {
    }
}
