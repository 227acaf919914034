using System.Globalization;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads a Resiliency from its document. Durations are Go's; a bare number means milliseconds here (and seconds in components).</summary>
internal static class ResiliencyReader
{
    /// <exception cref="ResourceFormatException">A field has another form than daprd expects.</exception>
    public static ResiliencyResource Read(ResourceDocument document)
    {
        var policies = document.Root["spec"]["policies"];
        var targets = document.Root["spec"]["targets"];
        return new ResiliencyResource
        {
            Name = document.Name,
            Definition = document.Definition,
            File = document.File,
            Timeouts = Map(policies["timeouts"], field => Duration(field) ?? TimeSpan.Zero),
            Retries = Map(policies["retries"], ReadRetry),
            CircuitBreakers = Map(policies["circuitBreakers"], ReadBreaker),
            Apps = Map(targets["apps"], ReadNames),
            Components = Map(targets["components"], field => new ComponentPolicyNames(ReadNames(field["inbound"]), ReadNames(field["outbound"]))),
            Scopes = document.Scopes,
        };
    }

    private static RetrySpec ReadRetry(YamlField retry)
    {
        var standard = new RetrySpec();
        var policy = retry["policy"].Text() is { Length: > 0 } text ? text.ToLowerInvariant() : standard.Policy;
        if (policy is not ("constant" or "exponential")) throw retry["policy"].Wrong("constant or exponential");
        return new RetrySpec
        {
            Policy = policy,
            Duration = Duration(retry["duration"]) ?? standard.Duration,
            MaxInterval = Duration(retry["maxInterval"]) ?? standard.MaxInterval,
            MaxRetries = retry["maxRetries"].Integer() ?? standard.MaxRetries,
            HttpStatusCodes = Codes(retry["matching"]["httpStatusCodes"]),
            GrpcStatusCodes = Codes(retry["matching"]["gRPCStatusCodes"]),
        };
    }

    private static CircuitBreakerSpec ReadBreaker(YamlField breaker)
    {
        var maxRequests = breaker["maxRequests"].Integer() ?? 0;
        if (maxRequests < 0) throw breaker["maxRequests"].Wrong("0 or more");
        return new CircuitBreakerSpec
        {
            MaxRequests = maxRequests == 0 ? 1 : (uint)maxRequests,
            Interval = Duration(breaker["interval"]) ?? TimeSpan.Zero,
            Timeout = Duration(breaker["timeout"]) ?? TimeSpan.Zero,
            Trip = breaker["trip"].Text() is { Length: > 0 } trip ? trip : null,
        };
    }

    private static PolicyNames ReadNames(YamlField names) => new(Name(names["timeout"]), Name(names["retry"]), Name(names["circuitBreaker"]));

    private static string? Name(YamlField field) => field.Text() is { Length: > 0 } text ? text : null;

    private static string? Codes(YamlField field) => field.Text() is { Length: > 0 } text ? text : null;

    private static TimeSpan? Duration(YamlField field)
    {
        if (field.Text() is not { Length: > 0 } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) && Math.Abs((double)milliseconds) < 1e12)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        return GoDuration.TryParse(text, out var duration) ? duration : throw field.Wrong("a duration such as 500ms, 5s or 1m30s");
    }

    private static Dictionary<string, T> Map<T>(YamlField field, Func<YamlField, T> read)
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, value) in field.Members()) map[name] = read(value);
        return map;
    }
}
