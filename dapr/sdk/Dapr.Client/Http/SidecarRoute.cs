using System.Text;

namespace Dapr.Client.Http;

/// <summary>Path and query of a call to the sidecar; everything that comes from the caller is percent-encoded.</summary>
internal sealed class SidecarRoute(string prefix)
{
    private readonly StringBuilder _text = new(prefix, 128);
    private bool _hasQuery;

    /// <summary>Adds one path segment; a slash within it reaches the sidecar as a part of the name.</summary>
    /// <exception cref="ArgumentException">The name is <c>.</c> or <c>..</c>, which no HTTP path can carry.</exception>
    public SidecarRoute Segment(string value, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (value is "." or "..") throw new ArgumentException($"The name '{value}' cannot be a part of an HTTP path.", parameter);
        _text.Append('/').Append(Uri.EscapeDataString(value));
        return this;
    }

    /// <summary>Adds a fixed path segment.</summary>
    public SidecarRoute Literal(string segment)
    {
        _text.Append('/').Append(segment);
        return this;
    }

    public SidecarRoute Query(string name, string? value)
    {
        if (value is null) return this;
        _text.Append(_hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _hasQuery = true;
        return this;
    }

    public SidecarRoute Metadata(IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        if (metadata is null) return this;
        foreach (var (key, value) in metadata) Query($"metadata.{Uri.EscapeDataString(key)}", value);
        return this;
    }

    public override string ToString() => _text.ToString();
}
