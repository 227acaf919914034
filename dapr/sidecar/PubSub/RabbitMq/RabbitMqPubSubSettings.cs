using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>The metadata of a <c>pubsub.rabbitmq</c> component, checked. Names and defaults are daprd's.</summary>
internal sealed record RabbitMqPubSubSettings
{
    public required RabbitMqAddress Address { get; init; }

    /// <summary>First part of the queues' names. Sidecars with the same one compete for messages; standard: the app id.</summary>
    public required string ConsumerId { get; init; }

    public bool Durable { get; init; } = true;

    /// <summary>Exchanges and queues vanish when nobody uses them any more.</summary>
    public bool DeleteWhenUnused { get; init; } = true;

    /// <summary>The broker forgets a message as soon as it has sent it.</summary>
    public bool AutoAck { get; init; }

    /// <summary>Whether a message that failed goes back into its queue; otherwise it is discarded, or goes to the queue's dead-letter exchange.</summary>
    public bool RequeueInFailure { get; init; }

    /// <summary>Each queue gets a dead-letter exchange <c>dlx-…</c> with a queue <c>dlq-…</c>.</summary>
    public bool EnableDeadLetter { get; init; }

    /// <summary>2 = the broker writes messages to disk.</summary>
    public byte DeliveryMode { get; init; }

    /// <summary>Messages that a consumer may hold unacknowledged; 0 = any number.</summary>
    public byte PrefetchCount { get; init; }

    public bool PublisherConfirm { get; init; }

    /// <summary>One message of a subscription at a time (<c>concurrencyMode: single</c>).</summary>
    public bool IsSingle { get; init; }

    public string ExchangeKind { get; init; } = "fanout";

    /// <summary>Most messages of a queue; 0 = no limit.</summary>
    public long MaxLength { get; init; }

    /// <summary>Most bytes of a queue; 0 = no limit.</summary>
    public long MaxLengthBytes { get; init; }

    /// <summary>How long a message lives that does not say so itself; null = for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    public TimeSpan ReconnectWait { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Name of the connection in the broker's lists; empty = none.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>Sign in by the client certificate. Counts with TLS only.</summary>
    public bool SaslExternal { get; init; }

    /// <summary>Whether a message's AMQP properties become metadata of its delivery.</summary>
    public bool PropertiesToMetadata { get; init; }

    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    /// <exception cref="ComponentMetadataException">A value is missing or makes no sense; the message says which and what is valid.</exception>
    public static RabbitMqPubSubSettings Read(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var address = RabbitMqAddress.Read(spec);
        var (authorities, certificate) = RabbitMqCertificates.Read(spec);
        var external = Flag(spec, "saslExternal", false);
        if (external && (authorities is null || certificate is null))
            throw new ComponentMetadataException("saslExternal", "can only be true when caCert, clientCert and clientKey are set");
        return new RabbitMqPubSubSettings
        {
            Address = address,
            ConsumerId = spec.Get("consumerID")?.Trim() is { Length: > 0 } id ? id : spec.Context.AppId,
            Durable = Flag(spec, "durable", true),
            DeleteWhenUnused = Flag(spec, "deletedWhenUnused", true),
            AutoAck = Flag(spec, "autoAck", false),
            RequeueInFailure = Flag(spec, "requeueInFailure", false),
            EnableDeadLetter = Flag(spec, "enableDeadLetter", false),
            DeliveryMode = (byte)Number(spec, "deliveryMode", 0, 2),
            PrefetchCount = (byte)Number(spec, "prefetchCount", 0, byte.MaxValue),
            PublisherConfirm = Flag(spec, "publisherConfirm", false),
            IsSingle = OneOf(spec, "concurrencyMode", "parallel", "single") == "single",
            ExchangeKind = OneOf(spec, "exchangeKind", "fanout", "topic", "direct", "headers"),
            MaxLength = Number(spec, "maxLen", long.MinValue, long.MaxValue),
            MaxLengthBytes = Number(spec, "maxLenBytes", long.MinValue, long.MaxValue),
            TimeToLive = Life(spec),
            ReconnectWait = Duration(spec, "reconnectWaitSeconds", TimeSpan.FromSeconds(3)),
            Heartbeat = Duration(spec, "heartBeat", TimeSpan.FromSeconds(10)),
            ClientName = spec.Get("clientName") ?? "",
            SaslExternal = external,
            PropertiesToMetadata = Flag(spec, "publishMessagePropertiesToMetadata", false),
            CertificateAuthorities = authorities,
            ClientCertificate = certificate,
        };
    }

    private static bool Flag(ComponentSpec spec, string name, bool standard) => spec.Get(name) is { } text ? GoBool.IsTruthy(text) : standard;

    private static long Number(ComponentSpec spec, string name, long least, long most)
    {
        if (spec.Get(name) is not { Length: > 0 } text) return 0;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        throw new ComponentMetadataException(name, least < 0 ? $"is '{text}'; expected a whole number" : FormattableString.Invariant($"is '{text}'; expected a whole number from {least} to {most}"));
    }

    private static string OneOf(ComponentSpec spec, string name, params ReadOnlySpan<string> values)
    {
        if (spec.Get(name) is not { Length: > 0 } text) return values[0];
        return values.Contains(text) ? text : throw new ComponentMetadataException(name, $"is '{text}'; expected {string.Join(", ", values!)}");
    }

    private static TimeSpan Duration(ComponentSpec spec, string name, TimeSpan standard)
    {
        if (spec.Get(name) is not { } text) return standard;
        if (GoDuration.TryParseSetting(text, out var duration) && duration >= TimeSpan.Zero && duration.TotalMilliseconds <= int.MaxValue) return duration;
        throw new ComponentMetadataException(name, $"is '{text}'; expected a duration like 3s, or a number of seconds");
    }

    private static TimeSpan? Life(ComponentSpec spec)
    {
        var name = spec.Get("ttl") is null ? "ttlInSeconds" : "ttl";
        if (spec.Get(name) is not { Length: > 0 } text) return null;
        return RabbitMqLife.TryParse(text, out var life)
            ? life
            : throw new ComponentMetadataException(name, $"is '{text}'; expected a whole number of seconds above zero, or a duration like 90s");
    }
}
