namespace Dapr.Client;

internal static class UriExtensions
{
    public static bool IsHttp(this Uri uri) => uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps;
}
