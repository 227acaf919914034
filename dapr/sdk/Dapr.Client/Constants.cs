namespace Dapr.Client;

internal static class Constants
{
    public const string ContentTypeApplicationJson = "application/json";
    public const string ContentTypeApplicationOctetStream = "application/octet-stream";
    public const string ContentTypeCloudEvent = "application/cloudevents+json";
    public const string DaprApiTokenHeader = "dapr-api-token";
}
