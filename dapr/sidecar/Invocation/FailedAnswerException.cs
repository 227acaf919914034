using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>The callee answered with a failure, which a policy may retry; carries the answer, because the last one goes to the caller.</summary>
internal sealed class FailedAnswerException(AppAnswer answer)
    : StatusCodeException((int)answer.Message.StatusCode, $"the callee answered {(int)answer.Message.StatusCode}")
{
    public AppAnswer Answer { get; } = answer;
}
