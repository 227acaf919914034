using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Peers;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>Service invocation: by header, by basic authentication or by path. It is what every request without a route of its own comes to.</summary>
internal sealed class InvokeApi(CalleeDirectory directory)
{
    private const string ErrorCode = "ERR_DIRECT_INVOKE";

    public async Task HandleAsync(ApiRequest request)
    {
        if (InvokeTarget.Read(request) is not { } target)
        {
            await request.Error(StatusCodes.Status404NotFound, ErrorCode, "failed getting app id either from the URL path or the header dapr-app-id");
            return;
        }

        try
        {
            await InvokeAsync(request, target);
        }
        catch (FailedAnswerException)
        {
            // The caller has the answer already; it was only counted as a failure.
        }
        catch (Exception failure) when (failure is not BadHttpRequestException && !request.Aborted.IsCancellationRequested && !request.Http.Response.HasStarted)
        {
            var status = (failure as InvocationException)?.Status ?? StatusCodes.Status500InternalServerError;
            await request.Error(status, ErrorCode, $"failed to invoke, id: {target.Id}, err: {failure.Message}");
        }
    }

    private async Task InvokeAsync(ApiRequest request, InvokeTarget target)
    {
        if (!MethodPath.TryClean(target.Method, out var path, out var problem))
            throw new InvocationException($"rpc error: code = InvalidArgument desc = invalid method: {problem}");

        var endpoint = request.Sidecar.Resources.HttpEndpoints.TryGetValue(target.Id, out var outside) ? outside.BaseUrl : target.Method.TrimStart('/');
        var policy = request.Sidecar.Resiliency.App(target.Id, endpoint);
        if (Forwarding.IsStream(request)) await StreamAsync(request, target, path, policy);
        else await InvokeAsync(request, target, path, policy);
    }

    // A body of unknown length is passed on as it comes: it cannot be sent again, and whatever the callee answers is the answer.
    private Task StreamAsync(ApiRequest request, InvokeTarget target, string path, ResiliencyRunner policy) => policy.RunAsync(
        async token =>
        {
            AppAnswer answer;
            try
            {
                answer = await SendAsync(request, target, path, body: null, token);
            }
            catch (Exception failure) when (failure is InvocationException or PeerUnavailableException)
            {
                throw new PermanentException(failure);
            }

            using (answer) await ResponseCopy.WriteAsync(answer.Message, request, defaultContentType: null);
            if (!IsFine(answer)) throw new PermanentException(new FailedAnswerException(answer));
        },
        request.Aborted);

    // An answer outside of 200 to 399 is a failure, which a policy may retry; the last one is passed on as it is.
    private async Task InvokeAsync(ApiRequest request, InvokeTarget target, string path, ResiliencyRunner policy)
    {
        var repeats = !request.Sidecar.Resiliency.IsTarget(target.Id.Split('.')[0]) && directory.MayNeedRepeating(target);

        // A bare null would become an empty body here.
        var body = (policy.HasRetry || repeats) && Forwarding.HasBody(request) ? await request.ReadBodyAsync() : default(ReadOnlyMemory<byte>?);
        FailedAnswerException? last = null;
        try
        {
            using var answer = await policy.RunAsync(
                async token =>
                {
                    last?.Answer.Dispose();
                    last = null;
                    var attempt = await (repeats ? RepeatedAsync(request, target, path, body, token) : SendAsync(request, target, path, body, token));
                    if (IsFine(attempt)) return attempt;
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

    private async Task<AppAnswer> SendAsync(ApiRequest request, InvokeTarget target, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        var verb = Forwarding.VerbOf(request.Http.Request.Method);
        var callee = await directory.FindAsync(target, path, verb.Method, cancellationToken);
        return await new Forwarding(request, callee, verb, path).SendAsync(body, cancellationToken);
    }

    // A sidecar that cannot be reached is tried again by itself, and looked up anew: it may have come back, or another replica is there.
    private async Task<AppAnswer> RepeatedAsync(ApiRequest request, InvokeTarget target, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        var repeated = -1;
        return await request.Sidecar.Resiliency.ServiceCalls.RunAsync(
            async token =>
            {
                repeated++;
                try
                {
                    return await SendAsync(request, target, path, body, token);
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
            cancellationToken);
    }

    private static bool IsFine(AppAnswer answer) => (int)answer.Message.StatusCode is >= 200 and <= 399;
}
