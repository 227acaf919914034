using System.Collections.Frozen;

namespace StocksDapr.Sidecar.Resources;

/// <summary>
/// The metadata names that mean something to the component types of this sidecar. daprd ignores what it does not know without a word, so a slip of the pen
/// there goes unnoticed; here it is a warning with the name that was probably meant.
/// </summary>
internal static class ComponentFields
{
    // Beyond this many slips a name is another word.
    private const int MostSlips = 3;

    private static readonly FrozenDictionary<string, string[]> OfKind = new Dictionary<string, string>
    {
        ["bindings"] = "direction route",
        ["pubsub"] = "consumerID allowedTopics protectedTopics publishingScopes subscriptionScopes",
        ["state"] = "actorStateStore keyPrefix outboxPublishPubsub outboxPublishTopic outboxPubsub outboxDiscardWhenMissingState encryptionKey primaryEncryptionKey secondaryEncryptionKey",
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Split(' '), StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string[]> OfType = new Dictionary<string, string>
    {
        ["bindings.cron"] = "schedule",
        ["bindings.http"] = "url errorIfNot2XX responseTimeout maxResponseBodySize securityToken securityTokenHeader mtlsRootCA mtlsClientCert mtlsClientKey mtlsRenegotiation",
        ["bindings.localstorage"] = "rootPath",
        ["pubsub.in-memory"] = "maxInFlight maxQueueBytes",
        ["pubsub.rabbitmq"] = """
            connectionString host protocol hostname username password durable deletedWhenUnused autoAck deliveryMode requeueInFailure prefetchCount concurrencyMode
            enableDeadLetter exchangeKind maxLen maxLenBytes ttlInSeconds ttl publisherConfirm reconnectWait reconnectWaitSeconds heartBeat clientName saslExternal caCert
            clientCert clientKey publishMessagePropertiesToMetadata maxPriority queueType
            """,
        ["secretstores.local.env"] = "prefix",
        ["secretstores.local.file"] = "secretsFile nestedSeparator multiValued",
        ["state.in-memory"] = "",
        ["state.postgresql"] = """
            connectionString url host hostaddr port database user password sslRootCert tablePrefix metadataTableName timeout timeoutInSeconds cleanupInterval
            cleanupIntervalInSeconds maxConns connectionMaxIdleTime queryExecMode useAzureAD useAWSIAM
            """,
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    /// <summary>What a state store may ask of daprd and not of this sidecar. To go on without would store in the clear what was meant to be encrypted, or lose events.</summary>
    private static readonly FrozenDictionary<string, string> Absent = new Dictionary<string, string>
    {
        ["primaryEncryptionKey"] = "encrypted state",
        ["secondaryEncryptionKey"] = "encrypted state",
        ["outboxPublishPubsub"] = "the transactional outbox",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Logs every name that means nothing to a component's type.</summary>
    /// <exception cref="ComponentMetadataException">It asks for something that only daprd has.</exception>
    public static void Check(ComponentResource component, ILogger logger)
    {
        if (!OfType.TryGetValue(component.Type, out var own)) return;
        string[] known = [.. own, .. OfKind.GetValueOrDefault(component.Type.Split('.')[0], [])];
        foreach (var property in component.Properties)
        {
            if (component.Type.StartsWith("state.", StringComparison.OrdinalIgnoreCase) && Absent.TryGetValue(property.Name, out var feature))
                throw new ComponentMetadataException(property.Name, $"asks for {feature}, which only real Dapr has: run with daprd, or take the property out");
            if (known.Contains(property.Name, StringComparer.OrdinalIgnoreCase)) continue;
            var nearest = known.Select(name => (Name: name, Slips: Slips(property.Name, name))).OrderBy(candidate => candidate.Slips).FirstOrDefault();
            var meant = nearest.Name is null || (nearest.Slips > MostSlips && !nearest.Name.StartsWith(property.Name, StringComparison.OrdinalIgnoreCase)) ? "" : $"; is {nearest.Name} meant?";
            ResourceLog.UnknownField(logger, component.Name, component.Type, component.File, property.Name, meant);
        }
    }

    /// <summary>How many letters must be put in, left out or changed to make one name of the other, whatever their case.</summary>
    private static int Slips(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
