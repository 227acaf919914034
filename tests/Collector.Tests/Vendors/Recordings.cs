namespace StocksDapr.Collector.Tests.Vendors;

/// <summary>
/// Answers of real vendors, where a folder <c>shared/data/provider-responses</c> lies beside the repository or above it. They belong to their vendors and are not
/// part of it: where there are none, tests that replay them have nothing to do, and what matters of them is said by hand-written bodies elsewhere.
/// </summary>
internal static class Recordings
{
    public static string? Folder { get; } = Find();

    /// <summary>The files of a vendor whose names match; none when there are no recordings.</summary>
    public static IReadOnlyList<string> Of(string vendor, string pattern) =>
        Folder is not null && Directory.Exists(Path.Combine(Folder, vendor))
            ? [.. Directory.EnumerateFiles(Path.Combine(Folder, vendor), pattern).Order(StringComparer.Ordinal)]
            : [];

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "provider-responses");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
