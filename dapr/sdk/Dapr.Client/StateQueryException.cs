namespace Dapr.Client;

/// <summary>Some results of a state query could not be read.</summary>
/// <typeparam name="TValue">Type of the values.</typeparam>
public class StateQueryException<TValue>(string message, StateQueryResponse<TValue> response, IReadOnlyList<string> failedKeys)
    : DaprApiException(message)
{
    /// <summary>The results that could be read.</summary>
    public StateQueryResponse<TValue> Response { get; } = response;

    /// <summary>The keys of the others.</summary>
    public IReadOnlyList<string> FailedKeys { get; } = failedKeys;
}
