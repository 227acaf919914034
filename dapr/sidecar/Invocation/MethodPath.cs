using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>The path at the callee.</summary>
internal static class MethodPath
{
    /// <summary>Cleans a method: dot segments and doubled slashes are gone, so is a slash at the end.</summary>
    /// <param name="method">Method, unescaped.</param>
    /// <param name="path">The path; begins with a slash.</param>
    /// <param name="problem">When false is returned: which character no path may hold, in daprd's words.</param>
    public static bool TryClean(string method, out string path, out string problem)
    {
        (path, problem) = ("", "");
        if (method.AsSpan().IndexOfAny("#?\0") >= 0)
        {
            problem = $"method contains forbidden character: {GoFormat.Quote(method)}";
            return false;
        }

        var control = method.AsSpan().IndexOfAnyInRange('\u0001', '\u001f');
        if (control < 0) control = method.IndexOf('\u007f', StringComparison.Ordinal);
        if (control >= 0)
        {
            var position = System.Text.Encoding.UTF8.GetByteCount(method.AsSpan(0, control));
            problem = $"method contains control character at position {position}: {GoFormat.Quote(method)}";
            return false;
        }

        path = RequestPath.Clean(method.StartsWith('/') ? method : "/" + method);
        return true;
    }
}
