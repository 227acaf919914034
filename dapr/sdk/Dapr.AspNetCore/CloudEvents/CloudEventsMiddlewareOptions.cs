namespace Dapr;

/// <summary>How CloudEvents are unwrapped.</summary>
public class CloudEventsMiddlewareOptions
{
    /// <summary>Whether a text payload stays a quoted JSON string.</summary>
    public bool SuppressJsonDecodingOfTextPayloads { get; set; }

    /// <summary>Whether the envelope's attributes become request headers <c>Cloudevent.*</c>.</summary>
    public bool ForwardCloudEventPropertiesAsHeaders { get; set; }

    /// <summary>The only attributes that become headers; wins over the exclusion.</summary>
    public string[]? IncludedCloudEventPropertiesAsHeaders { get; set; }

    /// <summary>Attributes that do not become headers.</summary>
    public string[]? ExcludedCloudEventPropertiesFromHeaders { get; set; }
}
