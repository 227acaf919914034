namespace StocksDapr.Sidecar.Resources;

/// <summary>The Configuration that is in effect: all files merged, later ones over earlier ones.</summary>
public sealed record ConfigurationResource
{
    /// <summary><c>spec.tracing.samplingRate</c> as written; null = not set.</summary>
    public string? SamplingRate { get; init; }

    /// <summary>Feature switches by name.</summary>
    public IReadOnlyDictionary<string, bool> Features { get; init; } = new Dictionary<string, bool>();

    /// <summary>Whether a feature is on that is on by default.</summary>
    public bool IsEnabled(string feature) => Features.GetValueOrDefault(feature, true);

    public IReadOnlyList<ApiRule> ApiAllowed { get; init; } = [];

    public IReadOnlyList<ApiRule> ApiDenied { get; init; } = [];

    public IReadOnlyList<SecretScope> SecretScopes { get; init; } = [];

    /// <summary>Component types that may not be loaded.</summary>
    public IReadOnlyList<string> DeniedComponents { get; init; } = [];

    /// <summary>What the workflow engine may do.</summary>
    public WorkflowLimits Workflow { get; init; } = new();

    /// <summary>Who may call this application; null = everybody.</summary>
    public AccessControl? AccessControl { get; init; }
}

/// <summary>An entry of <c>spec.api</c>. Version is <c>v1</c>, <c>v1alpha1</c> or the path style <c>v1.0</c>; an empty protocol counts as http.</summary>
public sealed record ApiRule(string Name, string Version, string Protocol = "http");

/// <summary>What of a secret store the application may read. <see cref="DefaultAccess"/>: allow or deny.</summary>
public sealed record SecretScope(string StoreName, string DefaultAccess, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied);

/// <summary>Access-control list of the callee. Actions are allow or deny.</summary>
public sealed record AccessControl(string DefaultAction, string TrustDomain, IReadOnlyList<AccessPolicy> Policies);

/// <summary>What one caller may do.</summary>
public sealed record AccessPolicy(string AppId, string DefaultAction, string TrustDomain, string Namespace, IReadOnlyList<AccessOperation> Operations);

/// <summary>One operation of a policy. <see cref="Name"/> is a path that may end in <c>*</c>.</summary>
public sealed record AccessOperation(string Name, IReadOnlyList<string> HttpVerbs, string Action);
