using System.Text.Json;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private const string Binding = "Binding";
    private const string Secret = "Secret";
    private const string BulkSecret = "Bulk secret";
    private const string Configuration = "Get configuration";
    private const string LockOperation = "Lock";
    private const string MetadataHeaderPrefix = "metadata.";

    public override async Task InvokeBindingAsync<TRequest>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var request = BindingCall(bindingName, operation, data, metadata);
        await channel.SendAndForgetAnswerAsync(request, Binding, cancellationToken);
    }

    public override async Task<TResponse> InvokeBindingAsync<TRequest, TResponse>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var request = BindingCall(bindingName, operation, data, metadata);
        using var response = await channel.SendSuccessfullyAsync(request, Binding, cancellationToken);
        return (await ReadAsync<TResponse>(response, Binding, cancellationToken))!;
    }

    public override async Task<BindingResponse> InvokeBindingAsync(BindingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = Json(request, static (_, writer, request) =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation"u8, request.Operation);
            if (!request.Data.IsEmpty) WriteData(writer, request.Data.Span);
            WriteMetadata(writer, request.Metadata);
            writer.WriteEndObject();
        });
        using var call = channel.Request(HttpMethod.Post, BindingRoute(request.BindingName), body);
        using var response = await channel.SendSuccessfullyAsync(call, Binding, cancellationToken);
        var data = await ReadBytesAsync(response, Binding, cancellationToken);
        return new BindingResponse(request, data, MetadataOf(response));
    }

    public override async Task<Dictionary<string, string>> GetSecretAsync(
        string storeName, string key, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        var route = SecretRoute(storeName).Segment(key, nameof(key)).Metadata(metadata);
        using var request = channel.Request(HttpMethod.Get, route);
        using var response = await channel.SendSuccessfullyAsync(request, Secret, cancellationToken);
        return await ReadWireAsync(response, WireJson.Default.DictionaryStringString, Secret, cancellationToken) ?? [];
    }

    public override async Task<Dictionary<string, Dictionary<string, string>>> GetBulkSecretAsync(
        string storeName, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        using var request = channel.Request(HttpMethod.Get, SecretRoute(storeName).Literal("bulk").Metadata(metadata));
        using var response = await channel.SendSuccessfullyAsync(request, BulkSecret, cancellationToken);
        return await ReadWireAsync(response, WireJson.Default.DictionaryStringDictionaryStringString, BulkSecret, cancellationToken) ?? [];
    }

    public override async Task<GetConfigurationResponse> GetConfiguration(
        string storeName, IReadOnlyList<string> keys, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        var route = new SidecarRoute("/v1.0/configuration").Segment(storeName, nameof(storeName));
        foreach (var key in keys ?? []) route.Query("key", key);
        using var request = channel.Request(HttpMethod.Get, route.Metadata(metadata));
        using var response = await channel.SendSuccessfullyAsync(request, Configuration, cancellationToken);
        var items = await ReadWireAsync(response, WireJson.Default.DictionaryStringConfigurationAnswer, Configuration, cancellationToken) ?? [];
        return new GetConfigurationResponse(items.ToDictionary(
            item => item.Key,
            item => new ConfigurationItem(item.Value.Value ?? string.Empty, item.Value.Version ?? string.Empty, item.Value.Metadata ?? [])));
    }

#pragma warning disable DAPR_DISTRIBUTEDLOCK // These members are the experiment.
    public override async Task<TryLockResponse> Lock(
        string storeName, string resourceId, string lockOwner, int expiryInSeconds, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        ArgumentException.ThrowIfNullOrEmpty(lockOwner);
        if (expiryInSeconds <= 0) throw new ArgumentException($"The value cannot be zero or less than zero: {expiryInSeconds}", nameof(expiryInSeconds));

        var body = Json((resourceId, lockOwner, expiryInSeconds), static (_, writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceId"u8, state.resourceId);
            writer.WriteString("lockOwner"u8, state.lockOwner);
            writer.WriteNumber("expiryInSeconds"u8, state.expiryInSeconds);
            writer.WriteEndObject();
        });
        using var request = channel.Request(HttpMethod.Post, new SidecarRoute("/v1.0-alpha1/lock").Segment(storeName, nameof(storeName)), body);
        using var response = await channel.SendSuccessfullyAsync(request, LockOperation, cancellationToken);
        var answer = await ReadWireAsync(response, WireJson.Default.LockAnswer, LockOperation, cancellationToken);
        return new TryLockResponse
        {
            StoreName = storeName,
            ResourceId = resourceId,
            LockOwner = lockOwner,
            Success = answer?.Success ?? false,
            Client = this,
        };
    }

    public override async Task<UnlockResponse> Unlock(
        string storeName, string resourceId, string lockOwner, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        ArgumentException.ThrowIfNullOrEmpty(lockOwner);
        var body = Json((resourceId, lockOwner), static (_, writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteString("resourceId"u8, state.resourceId);
            writer.WriteString("lockOwner"u8, state.lockOwner);
            writer.WriteEndObject();
        });
        using var request = channel.Request(HttpMethod.Post, new SidecarRoute("/v1.0-alpha1/unlock").Segment(storeName, nameof(storeName)), body);
        using var response = await channel.SendSuccessfullyAsync(request, LockOperation, cancellationToken);
        var answer = await ReadWireAsync(response, WireJson.Default.UnlockAnswer, LockOperation, cancellationToken);
        var status = (LockStatus)(answer?.Status ?? (int)LockStatus.InternalError);
        return new UnlockResponse(Enum.IsDefined(status) ? status : LockStatus.InternalError);
    }
#pragma warning restore DAPR_DISTRIBUTEDLOCK

    private static SidecarRoute BindingRoute(string bindingName) => new SidecarRoute("/v1.0/bindings").Segment(bindingName, nameof(bindingName));

    private static SidecarRoute SecretRoute(string storeName) => new SidecarRoute("/v1.0/secrets").Segment(storeName, nameof(storeName));

    private HttpRequestMessage BindingCall<TRequest>(
        string bindingName, string operation, TRequest data, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        var route = BindingRoute(bindingName);
        var body = Json((operation, data, metadata), static (client, writer, state) =>
        {
            writer.WriteStartObject();
            writer.WriteString("operation"u8, state.operation);
            writer.WritePropertyName("data"u8);
            JsonSerializer.Serialize(writer, state.data, client.JsonSerializerOptions);
            WriteMetadata(writer, state.metadata);
            writer.WriteEndObject();
        });
        return channel.Request(HttpMethod.Post, route, body);
    }

    private static void WriteData(Utf8JsonWriter writer, ReadOnlySpan<byte> data)
    {
        if (!IsJson(data))
        {
            writer.WriteBase64String("data"u8, data);
            return;
        }

        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(data, skipInputValidation: true);
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        try
        {
            // The reader itself refuses anything after the first value.
            while (reader.Read()) reader.Skip();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Dictionary<string, string> MetadataOf(HttpResponseMessage response)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (name.StartsWith(MetadataHeaderPrefix, StringComparison.OrdinalIgnoreCase)) metadata[name[MetadataHeaderPrefix.Length..]] = values.ToString();
        }

        return metadata;
    }
}
