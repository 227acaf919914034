using Dapr.Common.Serialization;

namespace Dapr.Workflow.Serialization;

/// <summary>Turns inputs, results, events and custom status into text and back.</summary>
public interface IWorkflowSerializer : IDaprSerializer;
