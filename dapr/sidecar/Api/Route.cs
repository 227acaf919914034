namespace StocksDapr.Sidecar.Api;

/// <summary>A path template: literal segments, <c>{name}</c> for one segment, <c>{name*}</c> for the rest (at least one character).</summary>
internal sealed class Route
{
    private readonly string[] _segments;
    private readonly int _parameters;
    private readonly bool _wildcard;

    public Route(string template, string methods, ApiHandler handler)
    {
        _segments = template.TrimStart('/').Split('/');
        _wildcard = template.EndsWith("*}", StringComparison.Ordinal);
        _parameters = _segments.Count(IsParameter);
        Methods = methods.Split('|');
        Handler = handler;
    }

    public ApiHandler Handler { get; }

    public string[] Methods { get; }

    /// <summary>Compares two routes of the same start: segment by segment a literal comes before a parameter, and a wildcard last.</summary>
    public static int CompareOrder(Route left, Route right)
    {
        for (var i = 0; i < Math.Min(left._segments.Length, right._segments.Length); i++)
        {
            var difference = Rank(left._segments[i]) - Rank(right._segments[i]);
            if (difference != 0) return difference;
        }

        return right._segments.Length - left._segments.Length;
    }

    public string FirstSegments => string.Join('/', _segments.Take(2));

    /// <param name="path">Cleaned path without the leading slash, not unescaped.</param>
    public bool TryMatch(ReadOnlySpan<char> path, out RouteMatch match)
    {
        match = default;
        string[]? values = null;
        var found = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            var last = i == _segments.Length - 1;
            var slash = path.IndexOf('/');
            var segment = (last && _wildcard) || slash < 0 ? path : path[..slash];
            if (IsParameter(_segments[i]))
            {
                if (segment.IsEmpty) return false;
                (values ??= new string[_parameters])[found++] = segment.ToString();
            }
            else if (!segment.SequenceEqual(_segments[i]))
            {
                return false;
            }

            var rest = path[segment.Length..];
            if (last)
            {
                if (!rest.IsEmpty) return false;
                break;
            }

            if (rest.IsEmpty) return false;
            path = rest[1..];
        }

        match = new RouteMatch(_segments, values);
        return true;
    }

    private static int Rank(string segment) => segment.EndsWith("*}", StringComparison.Ordinal) ? 2 : IsParameter(segment) ? 1 : 0;

    internal static bool IsParameter(string segment) => segment.StartsWith('{');
}

/// <summary>The parameters of a matched route.</summary>
internal readonly struct RouteMatch(string[] segments, string[]? values)
{
    /// <summary>A parameter by name.</summary>
    public string Get(string name)
    {
        var index = 0;
        foreach (var segment in segments)
        {
            if (!Route.IsParameter(segment)) continue;
            if (segment.AsSpan(1).TrimEnd("*}").SequenceEqual(name)) return values![index];
            index++;
        }

        throw new ArgumentException($"The route has no parameter '{name}'.", nameof(name));
    }

    /// <summary>Unescapes all parameters in place, as daprd does after routing. False when an escape is broken.</summary>
    public bool TryUnescape(out string broken)
    {
        broken = "";
        for (var i = 0; values is not null && i < values.Length; i++)
        {
            broken = values[i];
            if (!QueryEscape.TryUnescape(values[i], out var text)) return false;
            values[i] = text;
        }

        return true;
    }
}
