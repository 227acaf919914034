using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private static readonly HttpRequestOptionsKey<string> AppIdOption = new("appId");
    private static readonly HttpRequestOptionsKey<string> MethodNameOption = new("methodName");

    public override HttpClient CreateInvokableHttpClient(string? appId = null) =>
        CreateInvokeHttpClient(appId, channel.Endpoint.AbsoluteUri, channel.ApiToken);

    public override HttpRequestMessage CreateInvokeMethodRequest(HttpMethod httpMethod, string appId, string methodName) =>
        CreateInvokeMethodRequest(httpMethod, appId, methodName, []);

    public override HttpRequestMessage CreateInvokeMethodRequest(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters)
    {
        ArgumentNullException.ThrowIfNull(httpMethod);
        ArgumentException.ThrowIfNullOrEmpty(appId);
        ArgumentNullException.ThrowIfNull(methodName);

        var uri = new Uri(channel.Endpoint, $"/v1.0/invoke/{appId}/method/{methodName.TrimStart('/')}");
        var request = new HttpRequestMessage(httpMethod, WithQuery(uri, queryStringParameters));
        request.Options.Set(AppIdOption, appId);
        request.Options.Set(MethodNameOption, methodName);
        if (channel.ApiToken is not null) request.Headers.TryAddWithoutValidation(Constants.DaprApiTokenHeader, channel.ApiToken);
        return request;
    }

    public override HttpRequestMessage CreateInvokeMethodRequest<TRequest>(
        HttpMethod httpMethod, string appId, string methodName, IReadOnlyCollection<KeyValuePair<string, string>> queryStringParameters, TRequest data)
    {
        var request = CreateInvokeMethodRequest(httpMethod, appId, methodName, queryStringParameters);
        request.Content = JsonContent.Create(data, options: options);
        return request;
    }

    [Obsolete("As its declaration says.")]
    public override async Task<HttpResponseMessage> InvokeMethodWithResponseAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is not null && !channel.Endpoint.IsBaseOf(request.RequestUri))
        {
            throw new InvalidOperationException("The provided request URI is not a Dapr service invocation URI.");
        }

        try
        {
            return await channel.Direct.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Failure(request, e, response: null);
        }
    }

    [Obsolete("As its declaration says.")]
    public override async Task InvokeMethodAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var response = await InvokeSuccessfullyAsync(request, cancellationToken);
        response.Dispose();
    }

    [Obsolete("As its declaration says.")]
    public override async Task<TResponse> InvokeMethodAsync<TResponse>(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        var response = await InvokeSuccessfullyAsync(request, cancellationToken);
        try
        {
            var value = await response.Content.ReadFromJsonAsync<TResponse>(options, cancellationToken);
            response.Dispose();
            return value!;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw Failure(request, e, response);
        }
    }

    /// <summary>Sends a request. An answer that is no success goes to the caller within the exception, who owns it then.</summary>
    [Obsolete("As its declaration says.")]
    private async Task<HttpResponseMessage> InvokeSuccessfullyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await InvokeMethodWithResponseAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        var cause = new HttpRequestException(
            $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).", inner: null, response.StatusCode);
        throw Failure(request, cause, response);
    }

    private static InvocationException Failure(HttpRequestMessage request, Exception cause, HttpResponseMessage? response)
    {
        request.Options.TryGetValue(AppIdOption, out var appId);
        request.Options.TryGetValue(MethodNameOption, out var methodName);
        return new InvocationException(appId, methodName, cause, response);
    }

    private static Uri WithQuery(Uri uri, IReadOnlyCollection<KeyValuePair<string, string>>? parameters)
    {
        if (parameters is not { Count: > 0 }) return uri;
        var query = new StringBuilder(uri.Query);
        foreach (var (name, value) in parameters)
        {
            if (query.Length > 0) query.Append('&');
            query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return new UriBuilder(uri) { Query = query.ToString() }.Uri;
    }
}
