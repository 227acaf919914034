using StocksDapr.Sidecar.Delivery;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>The way on which an invocation travels to an application.</summary>
internal interface IInvocationChannel
{
    /// <summary>The absolute address of a path of the application, query included.</summary>
    Uri Address(string path);

    /// <summary>Sends a prepared request and returns as soon as the answer's headers are there.</summary>
    Task<AppAnswer> ForwardAsync(HttpRequestMessage request, CancellationToken cancellationToken);
}
