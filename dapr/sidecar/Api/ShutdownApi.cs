namespace StocksDapr.Sidecar.Api;

/// <summary><c>POST /v1.0/shutdown</c>: asks whoever runs the sidecar to stop it.</summary>
internal static class ShutdownApi
{
    private const int Forced = 1;

    public static void Map(ApiRouter routes) => routes.Map("shutdown", "POST", "/v1.0/shutdown", request =>
    {
        var force = bool.TryParse(request.Http.Request.Headers["dapr-force-shutdown"].ToString(), out var asked) && asked;
        request.Http.Response.OnCompleted(() =>
        {
            request.Sidecar.OnShutdownRequested(force ? Forced : 0);
            return Task.CompletedTask;
        });
        return request.NoContent();
    });
}
