using System.Net;
using System.Text;
using System.Text.Json;

namespace Dapr.Client.Http;

/// <summary>Turns what goes wrong between client and sidecar into the exceptions of the SDK.</summary>
internal static class SidecarFailure
{
    private const int LongestErrorBody = 64 * 1024;
    private const int LongestPlainText = 1024;

    /// <summary>The sidecar could not be reached, or broke off.</summary>
    public static DaprException Of(string operation, Exception cause) =>
        new($"{operation} operation failed: the Dapr endpoint indicated a failure. See InnerException for details.", cause);

    /// <summary>The answer of the sidecar, or a value within it, is not what it should be.</summary>
    public static DaprException Unreadable(string operation, JsonException cause) =>
        new($"{operation} operation failed: the payload could not be deserialized. See InnerException for details.", cause);

    /// <summary>The sidecar answered with an error.</summary>
    public static async Task<DaprException> ReadAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(response, cancellationToken);
        return Of(operation, Of(response.StatusCode, body));
    }

    public static DaprApiException Of(HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        var error = Parse(body);
        var message = error?.Message is { Length: > 0 } text ? text : PlainText(body);
        // Codes below 500 say what is wrong with the call; it stays wrong.
        var transient = status >= HttpStatusCode.InternalServerError || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        var code = string.IsNullOrEmpty(error?.ErrorCode) ? null : error.ErrorCode;
        var answer = code is null ? $"{(int)status}" : $"{(int)status} {code}";
        return new DaprApiException($"The Dapr sidecar answered {answer}: {message}", code, transient);
    }

    public static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var body = new byte[Math.Min(response.Content.Headers.ContentLength ?? LongestErrorBody, LongestErrorBody)];
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
            return length == body.Length ? body : body[..length];
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status alone still says that the call failed; without its words.
            return [];
        }
    }

    private static DaprError? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.IsEmpty ? null : JsonSerializer.Deserialize(body, WireJson.Default.DaprError);
        }
        catch (JsonException)
        {
            // Not every error is JSON: a wrong token, for one, is answered in plain text.
            return null;
        }
    }

    private static string PlainText(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestPlainText)]).Trim();
        return text.Length == 0 ? "no further explanation" : text;
    }
}
