using Dapr.Common;

namespace Dapr.Workflow.Registration;

/// <summary>Goes on configuring workflows.</summary>
public interface IDaprWorkflowBuilder : IDaprServiceBuilder;
