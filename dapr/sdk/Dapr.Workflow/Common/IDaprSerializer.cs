using System.Diagnostics.CodeAnalysis;

namespace Dapr.Common.Serialization;

/// <summary>Turns what an application passes to Dapr into text and back.</summary>
public interface IDaprSerializer
{
    /// <summary>Writes a value by its static type.</summary>
    string Serialize<T>(T value);

    /// <summary>Writes a value by its own type, or by the one given.</summary>
    [RequiresUnreferencedCode(RuntimeTypes.Unreferenced)]
    [RequiresDynamicCode(RuntimeTypes.DynamicCode)]
    string Serialize(object? value, Type? inputType = null);

    /// <summary>Reads a value; null or empty text is the type's default.</summary>
    T? Deserialize<T>(string? data);

    /// <summary>Reads a value; null or empty text is null.</summary>
    [RequiresUnreferencedCode(RuntimeTypes.Unreferenced)]
    [RequiresDynamicCode(RuntimeTypes.DynamicCode)]
    object? Deserialize(string? data, Type returnType);
}
