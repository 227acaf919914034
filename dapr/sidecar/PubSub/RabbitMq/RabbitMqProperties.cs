using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>Publish metadata to AMQP properties, and those to the metadata of a delivery.</summary>
internal sealed class RabbitMqProperties(RabbitMqPubSubSettings settings, ILogger log)
{
    private const string DefaultContentType = "text/plain";

    /// <summary>Bytes of AMQP's short strings.</summary>
    private const int LongestText = 255;

    /// <summary>Whether a text may be a name, a key or a property in AMQP.</summary>
    public static bool HasRoom(string text) => text.Length <= LongestText && Encoding.UTF8.GetByteCount(text) <= LongestText;

    /// <summary>The key to route by; empty = none.</summary>
    /// <exception cref="RabbitMqException">It, or the topic, is too long.</exception>
    public static string RoutingKey(PubSubMessage message)
    {
        Short("topic", message.Topic);
        return Short("routingKey", message.Metadata.GetValueOrDefault("routingKey") ?? "");
    }

    /// <exception cref="RabbitMqException">A text is too long.</exception>
    public BasicProperties Write(PubSubMessage message)
    {
        var metadata = message.Metadata;
        var properties = new BasicProperties { ContentType = DefaultContentType };
        if (settings.DeliveryMode > 0) properties.DeliveryMode = (DeliveryModes)settings.DeliveryMode;
        if (settings.TimeToLive is { } standard) properties.Expiration = RabbitMqLife.Format(standard);
        if (metadata.Count == 0) return properties;
        if (Life(message) is { } life) properties.Expiration = RabbitMqLife.Format(life);
        if (Priority(message) is { } priority and > 0) properties.Priority = priority;
        if (Find(metadata, "contentType") is { } contentType) properties.ContentType = contentType;
        if (Find(metadata, "messageID") is { } messageId) properties.MessageId = messageId;
        if (Find(metadata, "correlationID") is { } correlationId) properties.CorrelationId = correlationId;
        if (Find(metadata, "type") is { } type) properties.Type = type;
        return properties;
    }

    /// <summary>The metadata that a delivery gets: none, or what the component's <c>publishMessagePropertiesToMetadata</c> asks for.</summary>
    public IReadOnlyDictionary<string, string> Read(IReadOnlyBasicProperties properties)
    {
        if (!settings.PropertiesToMetadata) return PubSubMessage.NoMetadata;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("messageid", properties.MessageId);
        Add("correlationid", properties.CorrelationId);
        Add("type", properties.Type);
        Add("contenttype", properties.ContentType);
        foreach (var (name, value) in properties.Headers ?? new Dictionary<string, object?>())
        {
            if (value is not null) metadata[$"metadata.{name}"] = Text(value);
        }

        return metadata;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) metadata[$"metadata.{name}"] = value;
        }
    }

    private TimeSpan? Life(PubSubMessage message)
    {
        var text = Find(message.Metadata, "ttl") ?? Find(message.Metadata, "ttlInSeconds");
        if (text is null) return null;
        if (RabbitMqLife.TryParse(text, out var life)) return life;
        log.MetadataIgnored(message.Topic, "ttlInSeconds", text);
        return null;
    }

    private byte? Priority(PubSubMessage message)
    {
        if (message.Metadata.GetValueOrDefault("priority") is not { Length: > 0 } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)) return (byte)Math.Clamp(priority, 0, byte.MaxValue);
        log.MetadataIgnored(message.Topic, "priority", text);
        return null;
    }

    // The exact name first, then in any case; an empty value is none.
    private static string? Find(IReadOnlyDictionary<string, string> metadata, string name)
    {
        if (metadata.GetValueOrDefault(name) is { Length: > 0 } exact) return Short(name, exact);
        foreach (var (key, value) in metadata)
        {
            if (value.Length > 0 && key.Equals(name, StringComparison.OrdinalIgnoreCase)) return Short(name, value);
        }

        return null;
    }

    private static string Short(string name, string text) => HasRoom(text) ? text : throw RabbitMqException.TooLong(name);

    // As Go prints it; the broker's own x-death is a list of tables.
    private static string Text(object? value) => value switch
    {
        null => "<nil>",
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        bool truth => truth ? "true" : "false",
        IDictionary<string, object?> table => $"map[{string.Join(' ', table.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{Text(entry.Value)}"))}]",
        IEnumerable<object?> list => $"[{string.Join(' ', list.Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
