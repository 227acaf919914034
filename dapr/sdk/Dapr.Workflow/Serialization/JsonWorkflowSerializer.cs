using System.Text.Json;
using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>The earlier name of <see cref="JsonDaprSerializer"/>.</summary>
[Obsolete("Use Dapr.Common.Serialization.JsonDaprSerializer.")]
public sealed class JsonWorkflowSerializer : JsonDaprSerializer, IWorkflowSerializer
{
    /// <inheritdoc/>
    public JsonWorkflowSerializer()
    {
    }

    /// <inheritdoc/>
    public JsonWorkflowSerializer(JsonSerializerOptions options)
        : base(options)
    {
    }
}
