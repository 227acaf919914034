namespace Dapr.Client;

/// <summary>A service invocation failed, on the way or with an answer that is no success.</summary>
public class InvocationException : DaprException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="appId">App id of the callee; <c>unknown</c> when null.</param>
    /// <param name="methodName">The method called; <c>unknown</c> when null.</param>
    /// <param name="innerException">The cause.</param>
    /// <param name="response">The callee's answer; null when there was none.</param>
    public InvocationException(string? appId, string? methodName, Exception? innerException, HttpResponseMessage? response)
        : base($"An exception occurred while invoking method: '{methodName}' on app-id: '{appId}'", innerException)
    {
        AppId = appId ?? "unknown";
        MethodName = methodName ?? "unknown";
        Response = response;
    }

    /// <summary>App id of the callee.</summary>
    public string AppId { get; }

    /// <summary>The method called.</summary>
    public string MethodName { get; }

    /// <summary>The callee's answer; null when there was none.</summary>
    public HttpResponseMessage? Response { get; }
}
