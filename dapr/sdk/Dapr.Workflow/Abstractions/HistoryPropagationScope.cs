namespace Dapr.Workflow;

/// <summary>How much of a workflow's history a child or an activity is given.</summary>
public enum HistoryPropagationScope
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The events of the calling workflow.</summary>
    OwnHistory = 1,

    /// <summary>Those, and what the calling workflow was given itself.</summary>
    Lineage = 2,
}
