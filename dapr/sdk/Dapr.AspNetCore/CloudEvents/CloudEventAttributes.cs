namespace Dapr.AspNetCore;

internal static class CloudEventAttributes
{
    public const string Data = "data";
    public const string DataBase64 = "data_base64";
    public const string DataContentType = "datacontenttype";
}
