using System.Net.Http.Headers;

namespace Dapr.Client.Http;

internal static class HeaderText
{
    /// <summary>
    /// Sets a header to a text of the caller's, unparsed: etags of Dapr have no quotes, content types may be of any form.
    /// </summary>
    /// <exception cref="ArgumentException">The text would end the header's line.</exception>
    public static void AddText(this HttpHeaders headers, string name, string value, string parameter)
    {
        if (value.AsSpan().ContainsAny("\r\n\0") || !headers.TryAddWithoutValidation(name, value))
        {
            throw new ArgumentException($"The text cannot be sent as header {name}.", parameter);
        }
    }
}
