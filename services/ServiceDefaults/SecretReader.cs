using Dapr;
using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StocksDapr.Contracts;

namespace StocksDapr.ServiceDefaults;

/// <summary>
/// Reads a secret by its name from the Dapr secret store. A configuration value <c>Secrets:NAME</c> (environment variable
/// <c>Secrets__NAME</c>) goes before it, for a job that runs without a sidecar.
/// </summary>
public sealed partial class SecretReader(DaprClient dapr, IConfiguration configuration, TimeProvider time, ILogger<SecretReader> logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>Some stores answer an error for a secret that they do not have: that may stay so for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Waits until the sidecar answers and returns the secret; null when the store does not have it.</summary>
    public async Task<string?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                if (!IsConfigured(name))
                    await dapr.WaitForSidecarAsync(cancellationToken);
                return await AskAsync(name, cancellationToken);
            }
            catch (DaprException e)
            {
                LogNotReadYet(logger, name, e.Message);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    /// <summary>Asks for a secret once; null when the store does not have it.</summary>
    /// <exception cref="DaprException">The sidecar or the store does not answer, or answers so to a secret that it does not have.</exception>
    public async Task<string?> AskAsync(string name, CancellationToken cancellationToken)
    {
        if (IsConfigured(name))
            return configuration[$"Secrets:{name}"];

        var secret = await dapr.GetSecretAsync(Components.SecretStore, name, cancellationToken: cancellationToken);
        return secret.Values.FirstOrDefault(value => value.Length > 0);
    }

    /// <summary>As <see cref="TryReadAsync"/>; a missing secret is an error that says where it belongs.</summary>
    /// <exception cref="InvalidOperationException">The store answered and does not have the secret.</exception>
    public async Task<string> ReadAsync(string name, CancellationToken cancellationToken) =>
        await TryReadAsync(name, cancellationToken)
        ?? throw new InvalidOperationException(
            $"The secret '{name}' is empty. Put it into the store behind the Dapr component '{Components.SecretStore}', or set Secrets__{name}.");

    private bool IsConfigured(string name) => !string.IsNullOrEmpty(configuration[$"Secrets:{name}"]);

    [LoggerMessage(EventId = 90, Level = LogLevel.Warning, Message = "Secret {Name} could not be read yet: {Reason}")]
    private static partial void LogNotReadYet(ILogger logger, string name, string reason);
}
