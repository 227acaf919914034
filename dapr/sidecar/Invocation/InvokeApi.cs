using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Peers;
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

        var policy = target.IsAddress || request.Sidecar.Resources.HttpEndpoints.ContainsKey(target.Id) ? null : request.Sidecar.Resiliency.App(target.Id);
        if (policy is not null) await InvokeAsync(request, target, path, policy);
        else if (IsStreamed(request) || !directory.MayNeedRepeating(target)) await InvokeOnceAsync(request, target, path);
        else await InvokePeerAsync(request, target, path);
    }

    private async Task<Forwarding> ForwardingAsync(ApiRequest request, InvokeTarget target, string path)
    {
        var verb = Forwarding.VerbOf(request.Http.Request.Method);
        return new Forwarding(request, await directory.FindAsync(target, path, verb.Method, request.Aborted), verb, path);
    }

    private async Task InvokeOnceAsync(ApiRequest request, InvokeTarget target, string path)
    {
        var forwarding = await ForwardingAsync(request, target, path);
        using var answer = await forwarding.SendAsync(body: null, request.Aborted);
        await ResponseCopy.WriteAsync(answer.Message, request, defaultContentType: null);
    }

    // A sidecar that cannot be reached is tried again by itself, and looked up anew: it may have come back, or another replica is there.
    private async Task InvokePeerAsync(ApiRequest request, InvokeTarget target, string path)
    {
        ReadOnlyMemory<byte>? body = request.Http.Request.ContentLength > 0 ? await request.ReadBodyAsync() : null;
        var repeated = -1;
        using var answer = await request.Sidecar.Resiliency.ServiceCalls.RunAsync(
            async token =>
            {
                repeated++;
                try
                {
                    return await (await ForwardingAsync(request, target, path)).SendAsync(body, token);
                }
                catch (PeerUnavailableException unavailable)
                {
                    throw new InvocationException($"failed to invoke target {target.Id} after {repeated} retries. Error: {unavailable.Message}");
                }
                catch (Exception final) when (final is not OperationCanceledException)
                {
                    throw new PermanentException(final);
                }
            },
            request.Aborted);
        await ResponseCopy.WriteAsync(answer.Message, request, defaultContentType: null);
    }

    // A body without a length cannot be sent twice.
    private static bool IsStreamed(ApiRequest request) =>
        request.Http.Request.ContentLength is null && request.Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    // Under a policy an answer outside of 200 to 399 is a failure; the last one is passed on as it is.
    private async Task InvokeAsync(ApiRequest request, InvokeTarget target, string path, ResiliencyRunner policy)
    {
        ReadOnlyMemory<byte>? body = policy.HasRetry && Forwarding.HasBody(request) ? await request.ReadBodyAsync() : null;
        FailedAnswerException? last = null;
        try
        {
            using var answer = await policy.RunAsync(
                async token =>
                {
                    last?.Answer.Dispose();
                    last = null;
                    var attempt = await (await ForwardingAsync(request, target, path)).SendAsync(body, token);
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
