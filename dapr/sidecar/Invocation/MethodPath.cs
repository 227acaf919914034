using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Invocation;

/// <summary>The path at the callee.</summary>
internal static class MethodPath
{
    /// <summary>Cleans a method: dot segments and doubled slashes are gone, so is a slash at the end. False when it holds characters that no path may.</summary>
    public static bool TryClean(string method, out string path)
    {
        path = "";
        foreach (var character in method)
        {
            if (character is '#' or '?' || char.IsControl(character)) return false;
        }

        path = RequestPath.Clean(method.StartsWith('/') ? method : "/" + method);
        if (path.Length > 1) path = path.TrimEnd('/');
        return true;
    }
}
