namespace StocksDapr.Collector.Tests.Vendors;

/// <summary>
/// Recorded answers of vendors, which their owners do not let us ship: a folder <c>shared/data/provider-responses</c> beside the repository's, or the one that
/// the variable <c>STOCKS_RECORDED_RESPONSES</c> names. Where there is none, what replays them has nothing to do; all that is learnt from them is tested with
/// bodies of our own as well.
/// </summary>
internal static class RecordedResponses
{
    /// <summary>The recorded answers of a vendor whose file names begin and end so.</summary>
    public static IReadOnlyList<(string Name, string Body)> Of(string vendor, string beginning, string ending = ".json")
    {
        var folder = Path.Combine(Root(), vendor);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, $"{beginning}*{ending}").Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllText(file)))]
            : [];
    }

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("STOCKS_RECORDED_RESPONSES") is { Length: > 0 } named)
            return named;

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "StocksDapr.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.Parent?.FullName ?? AppContext.BaseDirectory, "shared", "data", "provider-responses");
    }
}
