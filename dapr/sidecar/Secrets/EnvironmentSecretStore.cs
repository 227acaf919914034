using System.Collections;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Secrets;

/// <summary><c>secretstores.local.env</c>: the sidecar's environment. A variable that is not set is an empty secret, never an error.</summary>
internal sealed class EnvironmentSecretStore(SidecarOptions options, string prefix) : ISecretStore
{
    public IReadOnlyList<string> Capabilities { get; } = [];

    public static EnvironmentSecretStore Create(ComponentSpec spec) => new(spec.Context.Options, spec.Get("prefix") ?? "");

    public Task InitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyDictionary<string, string>> GetAsync(string name, CancellationToken cancellationToken)
    {
        var variable = prefix + name;
        var value = IsAllowed(variable) ? options.GetEnvironmentVariable(variable) : null;
        return Task.FromResult<IReadOnlyDictionary<string, string>>(Single(name, value ?? ""));
    }

    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(CancellationToken cancellationToken)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (variable, value) in Variables())
        {
            if (!IsAllowed(variable) || !variable.StartsWith(prefix, comparison) || (prefix.Length > 0 && variable.Length == prefix.Length)) continue;
            var name = variable[prefix.Length..];
            secrets[name] = Single(name, value);
        }

        return Task.FromResult<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(secrets);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What guards the sidecar itself is not the application's to read.</summary>
    private static bool IsAllowed(string variable) =>
        !variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase) && !variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<KeyValuePair<string, string>> Variables() =>
        options.Environment
        ?? Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(pair => KeyValuePair.Create((string)pair.Key, (string?)pair.Value ?? ""));

    private static Dictionary<string, string> Single(string name, string value) => new(StringComparer.Ordinal) { [name] = value };
}
