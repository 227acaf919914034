namespace Dapr.AspNetCore;

/// <summary>A CloudEvent as it stands in a bulk delivery. What it does not contain is null.</summary>
/// <typeparam name="TValue">Type of the payload.</typeparam>
public class BulkMessageModel<TValue>
{
    /// <summary>Makes an empty event, to be filled by a deserialiser.</summary>
    public BulkMessageModel()
    {
    }

    /// <summary>Makes an event.</summary>
    public BulkMessageModel(string id, string source, string type, string specversion, string datacontenttype, TValue data)
    {
        Id = id;
        Source = source;
        Type = type;
        Specversion = specversion;
        Datacontenttype = datacontenttype;
        Data = data;
    }

    /// <summary>The event's id.</summary>
    public string? Id { get; set; }

    /// <summary>Where it comes from; by default the publishing application.</summary>
    public string? Source { get; set; }

    /// <summary>What kind of event it is.</summary>
    public string? Type { get; set; }

    /// <summary>Version of the CloudEvents specification.</summary>
    public string? Specversion { get; set; }

    /// <summary>Content type of the payload.</summary>
    public string? Datacontenttype { get; set; }

    /// <summary>The payload.</summary>
    public TValue? Data { get; set; }
}
