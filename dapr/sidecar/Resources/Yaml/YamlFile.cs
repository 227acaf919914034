using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StocksDapr.Sidecar.Resources.Yaml;

/// <summary>The documents of one YAML file, each parsed on its own, so that a broken one does not take its neighbours with it.</summary>
internal static class YamlFile
{
    private const string Separator = "\n---";

    /// <summary>Cuts the text at lines that begin with <c>---</c>; what else is on such a line is lost, as in daprd.</summary>
    /// <returns>Each piece and the number of its first line in the file (from 1).</returns>
    public static IEnumerable<(string Text, int FirstLine)> Split(string text)
    {
        var line = 1;
        while (true)
        {
            var cut = text.IndexOf(Separator, StringComparison.Ordinal);
            if (cut < 0)
            {
                yield return (text, line);
                yield break;
            }

            yield return (text[..cut], line);
            var rest = text.IndexOf('\n', cut + Separator.Length);
            if (rest < 0) yield break;
            line += text.AsSpan(0, rest + 1).Count('\n');
            text = text[(rest + 1)..];
        }
    }

    /// <summary>The root of a document; an empty field when it holds nothing but white space and comments.</summary>
    /// <exception cref="ResourceFormatException">It is not YAML.</exception>
    public static YamlField Parse(string text, int firstLine)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new MergingParser(new Parser(new StringReader(text))));
            return new YamlField(stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode, "", firstLine);
        }
        catch (YamlException error)
        {
            throw new ResourceFormatException(string.Create(CultureInfo.InvariantCulture, $"line {firstLine + error.Start.Line - 1}: {error.Message}"));
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // Garbage makes the parser stumble over itself, too.
            throw new ResourceFormatException(string.Create(CultureInfo.InvariantCulture, $"line {firstLine}: this is not YAML ({error.Message})"));
        }
    }
}
