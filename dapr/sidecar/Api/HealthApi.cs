namespace StocksDapr.Sidecar.Api;

/// <summary><c>/v1.0/healthz</c> and <c>/v1.0/healthz/outbound</c>.</summary>
internal static class HealthApi
{
    public static void Map(ApiRouter routes)
    {
        routes.Map("", "GET", "/v1.0/healthz", Health);
        routes.Map("", "GET", "/v1.0/healthz/outbound", Outbound);
    }

    private static Task Health(ApiRequest request)
    {
        var asked = QueryPairs.Read(request.Http.Request.QueryString.Value).FirstOrDefault(pair => pair.Name == "appid").Value;
        if (!request.Sidecar.Health.Ready)
        {
            var waitingFor = request.Sidecar.Health.OutboundReady ? "runtime" : "runtime http-server";
            return request.Error(StatusCodes.Status500InternalServerError, "ERR_HEALTH_NOT_READY", $"dapr is not ready: [{waitingFor}]");
        }

        return asked is not null && asked != request.Sidecar.AppId
            ? request.Error(StatusCodes.Status500InternalServerError, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match")
            : request.NoContent();
    }

    private static Task Outbound(ApiRequest request) => request.Sidecar.Health.OutboundReady
        ? request.NoContent()
        : request.Error(StatusCodes.Status500InternalServerError, "ERR_OUTBOUND_HEALTH_NOT_READY", "dapr outbound is not ready");
}
