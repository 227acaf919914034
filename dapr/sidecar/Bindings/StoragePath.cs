namespace StocksDapr.Sidecar.Bindings;

/// <summary>Keeps names inside a folder.</summary>
internal static class StoragePath
{
    private const int MaxLinks = 255;

    /// <summary>
    /// The path of a name below <paramref name="root"/>, as if that were the root of the file system: <c>..</c> does not lead above it, and links are
    /// followed inside of it, absolute ones too. False for a name that no file can have, and for links that go in a circle.
    /// </summary>
    /// <param name="root">Absolute path without links.</param>
    /// <param name="name">A path as somebody else wrote it.</param>
    /// <param name="path">Where it is; it need not exist.</param>
    public static bool TryResolve(string root, string name, out string path)
    {
        path = root;
        if (name.Contains('\0', StringComparison.Ordinal)) return false;
        var links = 0;
        var left = new Stack<string>(Parts(name).Reverse());
        var inside = new List<string>();
        while (left.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                if (inside.Count > 0) inside.RemoveAt(inside.Count - 1);
                continue;
            }

            var link = new FileInfo(Path.Combine([root, .. inside, part])).LinkTarget;
            if (link is null)
            {
                inside.Add(part);
                continue;
            }

            if (++links > MaxLinks) return false;
            if (Path.IsPathRooted(link)) inside.Clear();
            foreach (var step in Parts(link).Reverse()) left.Push(step);
        }

        path = Path.Combine([root, .. inside]);
        return true;
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

    // A drive's letter is no name of a file; what is behind it is.
    private static string[] Parts(string name)
    {
        if (OperatingSystem.IsWindows()) name = name[(Path.GetPathRoot(name) ?? "").Length..].Replace('\\', '/');
        return name.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }
}
