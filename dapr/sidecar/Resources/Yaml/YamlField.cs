using System.Globalization;
using System.Text;
using StocksDapr.Sidecar.Json;
using YamlDotNet.RepresentationModel;

namespace StocksDapr.Sidecar.Resources.Yaml;

/// <summary>
/// A place in a YAML document, which may be empty. Reads are lenient where daprd is (unknown fields, names without case) and throw
/// <see cref="ResourceFormatException"/> with line and path where daprd could not decode the document.
/// </summary>
internal readonly struct YamlField(YamlNode? node, string path, int firstLine)
{
    private const int MaxDepth = 100;

    /// <summary>True when there is nothing here, or YAML's null.</summary>
    public bool IsEmpty => node is null || (node is YamlScalarNode scalar && YamlScalars.Text(scalar) is null);

    /// <summary>Path for messages, for example <c>spec.metadata[1].name</c>.</summary>
    public string Path => path;

    /// <summary>The member of that name; empty when there is none.</summary>
    public YamlField this[string name]
    {
        get
        {
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            if (IsEmpty) return new YamlField(null, inner, firstLine);
            YamlNode? found = null;
            foreach (var (key, value) in Mapping().Children)
            {
                if (key is not YamlScalarNode { Value: { } text }) continue;
                if (text == name) return new YamlField(value, inner, firstLine);
                if (found is null && text.Equals(name, StringComparison.OrdinalIgnoreCase)) found = value;
            }

            return new YamlField(found, inner, firstLine);
        }
    }

    /// <summary>The text of a scalar; null when empty.</summary>
    public string? Text()
    {
        if (node is null) return null;
        return node is YamlScalarNode scalar ? YamlScalars.Text(scalar) : throw Wrong("a text");
    }

    /// <summary>A boolean; null when empty.</summary>
    public bool? Flag()
    {
        if (IsEmpty) return null;
        return node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: { } text } && YamlScalars.Boolean(text) is { } flag
            ? flag
            : throw Wrong("true or false");
    }

    /// <summary>A whole number; null when empty.</summary>
    public int? Integer()
    {
        if (IsEmpty) return null;
        return node is YamlScalarNode scalar && YamlScalars.IsLiteral(scalar)
            && int.TryParse(YamlScalars.Text(scalar), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong("a whole number");
    }

    /// <summary>The elements of a list; none when empty.</summary>
    public IEnumerable<YamlField> Items()
    {
        if (IsEmpty) return [];
        if (node is not YamlSequenceNode sequence) throw Wrong("a list");
        var (at, line) = (path, firstLine);
        return sequence.Children.Select((child, index) => new YamlField(child, string.Create(CultureInfo.InvariantCulture, $"{at}[{index}]"), line));
    }

    /// <summary>The members of a map; none when empty.</summary>
    public IEnumerable<(string Name, YamlField Value)> Members()
    {
        if (IsEmpty) return [];
        var (at, line) = (path, firstLine);
        return Mapping().Children.Select(pair =>
        {
            var name = (pair.Key as YamlScalarNode)?.Value ?? "";
            return (name, new YamlField(pair.Value, $"{at}.{name}", line));
        });
    }

    public IReadOnlyList<string> Texts() => [.. Items().Select(item => item.Text() ?? "")];

    public Dictionary<string, string> TextMap()
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Members()) map[name] = value.Text() ?? "";
        return map;
    }

    /// <summary>Anything as text: scalars as <see cref="Text"/>, maps and lists as JSON. Null when empty.</summary>
    public string? Dynamic()
    {
        if (node is null or YamlScalarNode) return Text();
        using var buffer = new PooledBuffer(256);
        WriteJson(node, buffer, depth: 0);
        return Encoding.UTF8.GetString(GoDecoding.Reencode(buffer.Written));
    }

    /// <summary>An exception that says where and what was expected.</summary>
    public ResourceFormatException Wrong(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {firstLine + (node?.Start.Line ?? 1) - 1}: {(path.Length == 0 ? "the document" : path)} must be {expected}"));

    private YamlMappingNode Mapping() => node as YamlMappingNode ?? throw Wrong("a map");

    private void WriteJson(YamlNode value, PooledBuffer json, int depth)
    {
        if (depth > MaxDepth) throw Wrong($"nested at most {MaxDepth} deep");
        switch (value)
        {
            case YamlMappingNode map:
                json.Write("{"u8);
                foreach (var (key, member) in map.Children)
                {
                    if (json.Written[^1] != (byte)'{') json.Write(","u8);
                    GoJson.WriteString((key as YamlScalarNode)?.Value ?? "", json);
                    json.Write(":"u8);
                    WriteJson(member, json, depth + 1);
                }

                json.Write("}"u8);
                break;
            case YamlSequenceNode list:
                json.Write("["u8);
                for (var i = 0; i < list.Children.Count; i++)
                {
                    if (i > 0) json.Write(","u8);
                    WriteJson(list.Children[i], json, depth + 1);
                }

                json.Write("]"u8);
                break;
            case YamlScalarNode scalar when YamlScalars.Text(scalar) is { } text:
                if (YamlScalars.IsLiteral(scalar)) json.Write(Encoding.UTF8.GetBytes(text));
                else GoJson.WriteString(text, json);
                break;
            default:
                json.Write(GoDecoding.Null);
                break;
        }
    }
}
