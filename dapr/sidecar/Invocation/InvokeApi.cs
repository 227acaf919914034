using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Service invocation: by header, by basic authentication or by path. It is what every request without a route of its own comes to.</summary>
internal sealed class InvokeApi(CalleeDirectory directory, bool pathFormAllowed)
{
    private const string ErrorCode = "ERR_DIRECT_INVOKE";

    public async Task HandleAsync(ApiRequest request)
    {
        if (InvokeTarget.Read(request, pathFormAllowed) is not { } target)
        {
            await request.Error(StatusCodes.Status404NotFound, ErrorCode, "failed getting app id either from the URL path or the header dapr-app-id");
            return;
        }

        try
        {
            await InvokeAsync(request, target);
        }
        catch (Exception failure) when (failure is not BadHttpRequestException && !request.Aborted.IsCancellationRequested && !request.Http.Response.HasStarted)
        {
            var status = (failure as InvocationException)?.Status ?? StatusCodes.Status500InternalServerError;
            await request.Error(status, ErrorCode, $"failed to invoke, id: {target.Id}, err: {failure.Message}");
        }
    }

    private async Task InvokeAsync(ApiRequest request, InvokeTarget target)
    {
        if (!MethodPath.TryClean(target.Method, out var path))
        {
            throw new InvocationException(
                $"rpc error: code = InvalidArgument desc = invalid method: method contains forbidden character: \"{target.Method}\"");
        }

        var verb = Forwarding.VerbOf(request.Http.Request.Method);
        var callee = await directory.FindAsync(target, path, verb.Method, request.Aborted);
        var forwarding = new Forwarding(request, callee, verb, path);
        var policy = callee.Kind == CalleeKind.External ? null : request.Sidecar.Resiliency.App(callee.Id);
        if (policy is null)
        {
            using var answer = await forwarding.SendAsync(body: null, request.Aborted);
            await ResponseCopy.WriteAsync(answer.Message, request, defaultContentType: null);
            return;
        }

        await InvokeAsync(request, forwarding, policy);
    }

    // Under a policy an answer outside of 200 to 399 is a failure; the last one is passed on as it is.
    private static async Task InvokeAsync(ApiRequest request, Forwarding forwarding, ResiliencyRunner policy)
    {
        ReadOnlyMemory<byte>? body = policy.HasRetry && forwarding.HasBody ? await request.ReadBodyAsync() : null;
        FailedAnswerException? last = null;
        try
        {
            using var answer = await policy.RunAsync(
                async token =>
                {
                    last?.Answer.Dispose();
                    last = null;
                    var attempt = await forwarding.SendAsync(body, token);
                    if ((int)attempt.Message.StatusCode is >= 200 and <= 399) return attempt;
                    throw last = new FailedAnswerException(attempt);
                },
                request.Aborted);
            await ResponseCopy.WriteAsync(answer.Message, request, defaultContentType: null);
        }
        catch (FailedAnswerException failed) when (!request.Http.Response.HasStarted)
        {
            await ResponseCopy.WriteAsync(failed.Answer.Message, request, defaultContentType: "application/json");
        }
        finally
        {
            last?.Answer.Dispose();
        }
    }
}
