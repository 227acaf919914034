namespace StocksDapr.Sidecar.Bindings;

/// <summary>Keeps names inside a folder.</summary>
internal static class StoragePath
{
    /// <summary>The path of a name below <paramref name="root"/>; false when it leads out of it. A leading slash means the root.</summary>
    /// <param name="root">Absolute path without links.</param>
    /// <param name="name">A relative path as somebody else wrote it.</param>
    /// <param name="path">Where it is; it need not exist.</param>
    public static bool TryResolve(string root, string name, out string path)
    {
        path = root;
        if (name.Contains('\0', StringComparison.Ordinal)) return false;
        var inner = OperatingSystem.IsWindows() ? name.TrimStart('/', '\\') : name.TrimStart('/');
        if (Path.IsPathRooted(inner)) return false;
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(root, inner)));
        if (!IsInside(root, full)) return false;
        path = full;

        // A link on the way may point out, whatever the name looks like.
        return IsInside(root, RealPath(full));
    }

    /// <summary>The path with all links on the way resolved; parts that do not exist stay as they are.</summary>
    public static string RealPath(string path)
    {
        var resolved = Path.GetPathRoot(path) ?? "/";
        foreach (var part in path[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new FileInfo(Path.Combine(resolved, part));
            resolved = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
        }

        return resolved;
    }

    private static bool IsInside(string root, string path) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
