namespace StocksDapr.Sidecar.Resources;

/// <summary>A Resiliency as read from YAML: named policies, and the targets that use them.</summary>
public sealed record ResiliencyResource : DefinedResource
{
    public required string Name { get; init; }

    public IReadOnlyDictionary<string, TimeSpan> Timeouts { get; init; } = new Dictionary<string, TimeSpan>();

    public IReadOnlyDictionary<string, RetrySpec> Retries { get; init; } = new Dictionary<string, RetrySpec>();

    public IReadOnlyDictionary<string, CircuitBreakerSpec> CircuitBreakers { get; init; } = new Dictionary<string, CircuitBreakerSpec>();

    public IReadOnlyDictionary<string, PolicyNames> Apps { get; init; } = new Dictionary<string, PolicyNames>();

    public IReadOnlyDictionary<string, ComponentPolicyNames> Components { get; init; } = new Dictionary<string, ComponentPolicyNames>();

    public IReadOnlyList<string> Scopes { get; init; } = [];
}

/// <summary>A retry policy. <see cref="MaxRetries"/>: -1 = without limit, 0 = none. Status lists are as written (<c>429,500-599</c>); null = every status.</summary>
public sealed record RetrySpec
{
    /// <summary><c>constant</c> or <c>exponential</c>.</summary>
    public string Policy { get; init; } = "constant";

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(60);

    public int MaxRetries { get; init; } = -1;

    public string? HttpStatusCodes { get; init; }

    public string? GrpcStatusCodes { get; init; }
}

/// <summary>A circuit breaker; zero times mean daprd's defaults (open for 60 s, counts never reset while closed).</summary>
public sealed record CircuitBreakerSpec
{
    public uint MaxRequests { get; init; } = 1;

    public TimeSpan Interval { get; init; }

    public TimeSpan Timeout { get; init; }

    /// <summary>CEL over requests, totalSuccesses, totalFailures, consecutiveSuccesses, consecutiveFailures; null = <c>consecutiveFailures &gt; 5</c>.</summary>
    public string? Trip { get; init; }
}

/// <summary>The policies of one target, by name.</summary>
public sealed record PolicyNames(string? Timeout = null, string? Retry = null, string? CircuitBreaker = null);

/// <summary>The policies of one component, by direction.</summary>
public sealed record ComponentPolicyNames(PolicyNames? Inbound = null, PolicyNames? Outbound = null);
