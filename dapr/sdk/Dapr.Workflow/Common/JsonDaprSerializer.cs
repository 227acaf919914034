using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dapr.Common.Serialization;

/// <summary>Writes JSON. Null is written as empty text, and empty text is read as the type's default.</summary>
public class JsonDaprSerializer : IDaprSerializer
{
    private readonly JsonSerializerOptions _options;

    /// <summary>Camel case, numbers readable from strings, fields included (so that tuples work).</summary>
    public JsonDaprSerializer()
        : this(new JsonSerializerOptions(JsonSerializerDefaults.Web) { IncludeFields = true })
    {
    }

    /// <summary>Writes as the options say.</summary>
    public JsonDaprSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.TypeInfoResolver is null && JsonSerializer.IsReflectionEnabledByDefault
            ? new JsonSerializerOptions(options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }
            : options;
    }

    /// <inheritdoc/>
    public string Serialize<T>(T value) => value is null ? string.Empty : JsonSerializer.Serialize(value, Info<T>());

    /// <inheritdoc/>
    [RequiresUnreferencedCode(RuntimeTypes.Unreferenced)]
    [RequiresDynamicCode(RuntimeTypes.DynamicCode)]
    public string Serialize(object? value, Type? inputType = null) =>
        value is null ? string.Empty : JsonSerializer.Serialize(value, inputType ?? value.GetType(), _options);

    /// <inheritdoc/>
    public T? Deserialize<T>(string? data) => string.IsNullOrEmpty(data) ? default : JsonSerializer.Deserialize(data, Info<T>());

    /// <inheritdoc/>
    [RequiresUnreferencedCode(RuntimeTypes.Unreferenced)]
    [RequiresDynamicCode(RuntimeTypes.DynamicCode)]
    public object? Deserialize(string? data, Type returnType)
    {
        ArgumentNullException.ThrowIfNull(returnType);
        return string.IsNullOrEmpty(data) ? null : JsonSerializer.Deserialize(data, returnType, _options);
    }

    /// <summary>As <see cref="Serialize{T}(T)"/>, in UTF-8.</summary>
    public byte[] SerializeToUtf8Bytes<T>(T value) => value is null ? [] : JsonSerializer.SerializeToUtf8Bytes(value, Info<T>());

    /// <summary>As <see cref="Deserialize{T}(string?)"/>, from UTF-8.</summary>
    public T? DeserializeFromUtf8Bytes<T>(ReadOnlySpan<byte> utf8Json) => utf8Json.IsEmpty ? default : JsonSerializer.Deserialize(utf8Json, Info<T>());

    private JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
}
