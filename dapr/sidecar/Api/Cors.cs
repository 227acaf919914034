using Microsoft.Extensions.Primitives;

namespace StocksDapr.Sidecar.Api;

/// <summary>Cross-origin rules as daprd's middleware (go-chi/cors) has them; without allowed origins there are none.</summary>
internal sealed class Cors
{
    private static readonly string[] Methods = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    private static readonly StringValues PreflightVary = new(["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]);

    private readonly IReadOnlyList<string> _origins;
    private readonly bool _all;

    /// <param name="origins">Origins, each with at most one <c>*</c> that stands for any text; a lone <c>*</c> allows all.</param>
    public Cors(IReadOnlyList<string> origins)
    {
        _origins = origins;
        _all = origins.Contains("*");
    }

    /// <summary>Sets the headers. True when the request was a preflight and is answered.</summary>
    public bool Answer(HttpContext http)
    {
        if (_origins.Count == 0) return false;
        var asked = http.Request.Headers.AccessControlRequestMethod.ToString();
        var preflight = HttpMethods.IsOptions(http.Request.Method) && asked.Length > 0;
        var origin = http.Request.Headers.Origin.ToString();
        var headers = http.Response.Headers;
        headers.Vary = preflight ? PreflightVary : "Origin";
        if (origin.Length > 0 && Allows(origin) && Methods.Contains((preflight ? asked : http.Request.Method).ToUpperInvariant(), StringComparer.Ordinal))
        {
            headers.AccessControlAllowOrigin = _all ? "*" : origin;
            if (preflight) AllowAsked(http, asked);
        }

        return preflight;
    }

    private static void AllowAsked(HttpContext http, string method)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowMethods = method.ToUpperInvariant();
        var names = http.Request.Headers.AccessControlRequestHeaders.ToString().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Canonical).ToList();
        if (names.Count > 0) headers.AccessControlAllowHeaders = string.Join(", ", names);
    }

    private bool Allows(string origin) => _all || _origins.Any(allowed => Matches(allowed, origin));

    private static bool Matches(string allowed, string origin)
    {
        var star = allowed.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return allowed.Equals(origin, StringComparison.OrdinalIgnoreCase);
        return origin.Length >= allowed.Length - 1
            && origin.StartsWith(allowed[..star], StringComparison.OrdinalIgnoreCase)
            && origin.EndsWith(allowed[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A header's name as Go writes it: <c>X-Request-Id</c>. Characters that no name has are left out.</summary>
    private static string Canonical(string name)
    {
        var start = true;
        return string.Concat(name.Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.').Select(character =>
        {
            var shown = start ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character);
            start = character == '-';
            return shown;
        }));
    }
}
