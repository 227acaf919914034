using Dapr.Common.Serialization;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Values as text. Nothing is empty text, in both directions.</summary>
internal static class Payload
{
    public static string Write(IDaprSerializer serializer, object? value) => value is null ? string.Empty : serializer.Serialize(value, value.GetType());

    public static T? Read<T>(IDaprSerializer serializer, string? text) => string.IsNullOrEmpty(text) ? default : serializer.Deserialize<T>(text);
}
